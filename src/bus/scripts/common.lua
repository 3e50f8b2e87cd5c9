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

local FEED_LENGTH = 20000
local DEAD_LENGTH = 10000

local position = 0
local function arg()
    position = position + 1
    return ARGV[position]
end
local function number()
    return tonumber(arg())
end

local ID = arg()

-- Milliseconds of Redis's wall clock, put together as text: no number formatting is involved.
local function now()
    local time = redis.call('TIME')
    return time[1] .. string.sub('000000' .. time[2], -6, -4)
end
local function later(milliseconds)
    return string.format('%.0f', tonumber(now()) + milliseconds)
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
            redis.call('HSET', MISSION, 'drafts', event.value, 'length', 0)
            emit(user, event.body)
        elseif event.kind == 'c' then
            local length = redis.call('APPEND', REPORT, event.text)
            redis.call('HSET', MISSION, 'length', length)
            emit(user, event.body, event.text)
        else
            if event.kind == 's' then
                redis.call('HSET', MISSION, step .. ':state', 'running', step .. ':started', now())
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
        step .. ':entry', step .. ':closed', step .. ':agent', step .. ':seq')
    local owner = { user = f[2], drafts = tonumber(f[3] or 0), length = tonumber(f[4] or 0),
        agent = f[7], seq = tonumber(f[8] or 0) }
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
    redis.call('HSET', MISSION, step .. ':closed', fence .. ' ' .. how, step .. ':entry', '',
        step .. ':state', state, step .. ':ended', now())
end

-- Whether the worker has been silent for so long; a heartbeat may have come since the janitor looked.
local function is_silent(owner, fence, silence)
    return silence == 0 or #redis.call('XPENDING', QUEUE[owner.agent], 'agents', 'IDLE', silence,
        fence, fence, 1) > 0
end

-- Queues the step; the event that says so was stored with it. An entry in the queue is a start.
local function dispatch(user, step)
    local f = redis.call('HMGET', MISSION, step .. ':agent', step .. ':dispatch')
    local entry = redis.call('XADD', QUEUE[f[1]], '*', 'm', ID, 's', step)
    redis.call('HSET', MISSION, step .. ':entry', entry, step .. ':state', 'queued',
        step .. ':queued', now(), step .. ':seq', 0)
    redis.call('HINCRBY', MISSION, step .. ':starts', 1)
    emit(user, f[2])
end

-- The step is done or given up: what has waited for it alone may run.
local function release(user, step)
    for following in string.gmatch(redis.call('HGET', MISSION, step .. ':next') or '', '%d+') do
        if redis.call('HINCRBY', MISSION, following .. ':need', -1) == 0 then
            dispatch(user, following)
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
        redis.call('HSET', MISSION, s.step .. ':agent', s.agent, s.step .. ':state', s.state,
            s.step .. ':need', s.need, s.step .. ':next', s.following,
            s.step .. ':dispatch', s.dispatch)
        if s.result ~= '' then
            redis.call('HSET', MISSION, s.step .. ':result', s.result)
        end
        if s.agent == 'retriever' then
            retrievals = retrievals + 1
        end
    end
    redis.call('HINCRBY', MISSION, 'steps', #list)
    redis.call('HINCRBY', MISSION, 'retrievals', retrievals)
end

local function admit(user, deadline)
    redis.call('HSET', MISSION, 'state', 'running')
    redis.call('ZADD', DEADLINES, later(deadline), ID)
    for step in string.gmatch(redis.call('HGET', MISSION, 'ready'), '%d+') do
        dispatch(user, step)
    end
end

-- Ends the mission: takes out whatever is open, then says so, once and for ever.
local function finish(user, outcome, body)
    for step = 1, tonumber(redis.call('HGET', MISSION, 'steps') or 0) do
        local f = redis.call('HMGET', MISSION, step .. ':state', step .. ':agent', step .. ':entry')
        if f[1] == 'queued' or f[1] == 'running' then
            take_out(f[2], f[3])
        elseif f[1] == 'delayed' then
            redis.call('ZREM', DELAYED, ID .. ':' .. step)
        end
        if f[1] ~= 'done' and f[1] ~= 'dead' then
            redis.call('HSET', MISSION, step .. ':state', 'cancelled', step .. ':entry', '')
        end
    end
    redis.call('HSET', MISSION, 'state', outcome, 'finished', now())
    redis.call('ZREM', DEADLINES, ID)
    if redis.call('ZREM', WAITING, ID) == 1 and redis.call('ZCARD', WAITING) == 0 then
        redis.call('DEL', SHARES)
    end
    redis.call('HINCRBY', COUNTS, 'missions:' .. outcome, 1)
    -- A stream with chunks is compacted a while after its end; see compact.lua.
    if tonumber(redis.call('HGET', MISSION, 'length') or 0) > 0 then
        redis.call('ZADD', COMPACTIONS, later(60000), ID)
    end
    emit(user, body)
end

