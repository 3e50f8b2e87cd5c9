-- What every script begins with. Rules that hold for all of them:
--   * every key touched is in KEYS; all checks come before the first write
--   * JSON is opaque: C has made it, nothing here looks inside
--   * a script that arrives twice answers the same and changes nothing more
local MISSION, EVENTS, REPORT, FEED = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local INDEX, DELAYED, DEADLINES, WAITING = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local SHARES, DEAD, COUNTS, COMPACTIONS = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local GONE = KEYS[13]
local QUEUE = {}
for i = 14, #KEYS do
    QUEUE[string.match(KEYS[i], 'queue:(.+)$')] = KEYS[i]
end

-- As text: handing a number to Redis costs a printf.
local FEED_LENGTH = '20000'
local DEAD_LENGTH = '10000'

local position = 0
local function arg()
    position = position + 1
    return ARGV[position]
end
local function number()
    return tonumber(arg())
end

local ID = arg()

local function digits(value)
    return string.format('%.0f', value)
end

-- Milliseconds of Redis's wall clock, put together as text: no number formatting is involved. One
-- time a script.
local time_now
local function now()
    if not time_now then
        local time = redis.call('TIME')
        time_now = time[1] .. string.sub('000000' .. time[2], -6, -4)
    end
    return time_now
end
local function later(milliseconds)
    return digits(tonumber(now()) + milliseconds)
end

-- What is to be written to the mission's hash is gathered, since each command costs as much as a
-- dozen fields. A script that has set something calls flush() before it reads that, and at its end.
local writes, n_writes = {}, 0
local function set(field, value)
    writes[n_writes + 1], writes[n_writes + 2] = field, value
    n_writes = n_writes + 2
end
local function flush()
    if n_writes > 0 then
        redis.call('HSET', MISSION, unpack(writes, 1, n_writes))
        writes, n_writes = {}, 0
    end
end

-- One ID an event: the feed's, reused in the mission's own stream.
local function emit(user, body, text)
    local id = redis.call('XADD', FEED, 'MAXLEN', '~', FEED_LENGTH, '*',
        'u', user, 'm', ID, 'e', body)
    if text then
        redis.call('XADD', EVENTS, id, 'e', body, 't', text)
    else
        redis.call('XADD', EVENTS, id, 'e', body)
    end
end

-- Events come as a count, then four arguments each: kind, value, body, text. Kinds: '' plain,
-- 's' the step has started, 'd' draft number `value` starts, 'c' a chunk at offset `value`.
local function read_events()
    local list = {}
    for i = 1, number() do
        list[i] = { kind = arg(), value = number(), body = arg(), text = arg() }
    end
    return list
end

-- Whether drafts come in their order and chunks continue the report where it ends.
local function fits(list, drafts, length)
    for _, event in ipairs(list) do
        if event.kind == 'd' then
            if event.value ~= drafts + 1 then
                return false
            end
            drafts, length = event.value, 0
        elseif event.kind == 'c' then
            if drafts == 0 or event.value ~= length then
                return false
            end
            length = length + #event.text
        end
    end
    return true
end

local function publish(user, step, list)
    for _, event in ipairs(list) do
        if event.kind == 'd' then
            redis.call('SET', REPORT, '')
            set('drafts', digits(event.value))
            set('length', '0')
            emit(user, event.body)
        elseif event.kind == 'c' then
            set('length', digits(redis.call('APPEND', REPORT, event.text)))
            emit(user, event.body, event.text)
        else
            if event.kind == 's' then
                set(step .. ':state', 'running')
                set(step .. ':started', now())
            end
            emit(user, event.body)
        end
    end
end

-- How a worker closes its own entry. The janitor closes those of silent workers as 'reclaimed' or
-- 'buried', and whoever was silent must learn that.
local OWN = { done = true, retry = true, dead = true, back = true }

-- Who holds the step: 'mine' while the fence is the open entry's ID, 'again' when this very entry
-- was closed in the same way before (the command was sent twice; `how` nil: in any way of the
-- worker's own), 'stale' when somebody else owns the step or the mission has ended, 'gone' when
-- there is no such mission.
local function check(step, fence, how)
    local f = redis.call('HMGET', MISSION, 'state', 'user', 'drafts', 'length',
        step .. ':entry', step .. ':closed', step .. ':agent', step .. ':seq', step .. ':next')
    local owner = { user = f[2], drafts = tonumber(f[3] or 0), length = tonumber(f[4] or 0),
        agent = f[7], seq = tonumber(f[8] or 0), following = f[9] or '' }
    local closed, closed_how = string.match(f[6] or '', '^(%S+) (%S+)$')
    if not f[1] then
        owner.answer = 'gone'
    elseif closed == fence and (closed_how == how or not how and OWN[closed_how]) then
        owner.answer = 'again'
    elseif f[1] ~= 'running' or f[5] ~= fence or fence == '' or not QUEUE[owner.agent] then
        owner.answer = 'stale'
    else
        owner.answer = 'mine'
    end
    return owner
end

local function take_out(agent, entry)
    redis.call('XACK', QUEUE[agent], 'agents', entry)
    redis.call('XDEL', QUEUE[agent], entry)
end

local function close(step, owner, fence, how, state)
    take_out(owner.agent, fence)
    set(step .. ':closed', fence .. ' ' .. how)
    set(step .. ':entry', '')
    set(step .. ':state', state)
    set(step .. ':ended', now())
end

-- Whether the worker has been silent for so long; a heartbeat may have come since the janitor looked.
local function is_silent(owner, fence, silence)
    return silence == 0 or #redis.call('XPENDING', QUEUE[owner.agent], 'agents', 'IDLE', silence,
        fence, fence, 1) > 0
end

-- Queues the step; the event that says so was stored with it. An entry in the queue is a start.
local function enqueue(user, step, agent, body, starts)
    set(step .. ':entry', redis.call('XADD', QUEUE[agent], '*', 'm', ID, 's', step))
    set(step .. ':state', 'queued')
    set(step .. ':queued', now())
    set(step .. ':seq', '0')
    set(step .. ':starts', digits(tonumber(starts or 0) + 1))
    emit(user, body)
end

local function dispatch(user, step)
    flush()
    local f = redis.call('HMGET', MISSION, step .. ':agent', step .. ':dispatch', step .. ':starts')
    enqueue(user, step, f[1], f[2], f[3])
end

-- The step is done or given up: of those that follow, what has waited for it alone may run.
local function release(user, followers)
    for step in string.gmatch(followers, '%d+') do
        local f = redis.call('HMGET', MISSION, step .. ':need', step .. ':agent',
            step .. ':dispatch', step .. ':starts')
        local need = tonumber(f[1] or 0) - 1
        set(step .. ':need', digits(need))
        if need == 0 then
            enqueue(user, step, f[2], f[3], f[4])
        end
    end
end

-- Steps come as a count, then for each: number, agent, state, how many it still waits for, those
-- that wait for it, its dispatch event, its result ('' where there is none).
local function read_steps()
    local list = {}
    for i = 1, number() do
        list[i] = { step = arg(), agent = arg(), state = arg(), need = number(), following = arg(),
            dispatch = arg(), result = arg() }
    end
    return list
end

local function install(list)
    local retrievals = 0
    for _, s in ipairs(list) do
        set(s.step .. ':agent', s.agent)
        set(s.step .. ':state', s.state)
        set(s.step .. ':need', digits(s.need))
        set(s.step .. ':next', s.following)
        set(s.step .. ':dispatch', s.dispatch)
        if s.result ~= '' then
            set(s.step .. ':result', s.result)
        end
        if s.agent == 'retriever' then
            retrievals = retrievals + 1
        end
    end
    redis.call('HINCRBY', MISSION, 'steps', digits(#list))
    redis.call('HINCRBY', MISSION, 'retrievals', digits(retrievals))
end

local function admit(user, deadline)
    set('state', 'running')
    flush()
    redis.call('ZADD', DEADLINES, later(deadline), ID)
    for step in string.gmatch(redis.call('HGET', MISSION, 'ready'), '%d+') do
        dispatch(user, step)
    end
end

-- Takes the mission's open steps out of wherever they wait.
local function cancel_steps(n)
    local fields = {}
    for step = 1, n do
        fields[step * 3 - 2] = step .. ':state'
        fields[step * 3 - 1] = step .. ':agent'
        fields[step * 3] = step .. ':entry'
    end
    local f = n > 0 and redis.call('HMGET', MISSION, unpack(fields)) or {}
    for step = 1, n do
        local state = f[step * 3 - 2]
        if state == 'queued' or state == 'running' then
            take_out(f[step * 3 - 1], f[step * 3])
        elseif state == 'delayed' then
            redis.call('ZREM', DELAYED, ID .. ':' .. step)
        end
        if state ~= 'done' and state ~= 'dead' then
            set(step .. ':state', 'cancelled')
            set(step .. ':entry', '')
        end
    end
end

-- Ends the mission: takes out whatever is open, then says so, once and for ever.
local function finish(user, outcome, body)
    flush()
    local f = redis.call('HMGET', MISSION, 'steps', 'length')
    cancel_steps(tonumber(f[1] or 0))
    set('state', outcome)
    set('finished', now())
    redis.call('ZREM', DEADLINES, ID)
    if redis.call('ZREM', WAITING, ID) == 1 and redis.call('ZCARD', WAITING) == 0 then
        redis.call('DEL', SHARES)
    end
    redis.call('HINCRBY', COUNTS, 'missions:' .. outcome, '1')
    -- A stream with chunks is compacted a while after its end; see compact.lua.
    if tonumber(f[2] or 0) > 0 then
        redis.call('ZADD', COMPACTIONS, later(60000), ID)
    end
    emit(user, body)
    flush()
end

