-- The step goes back to its queue: handed back at shutdown (the start is given back) or reclaimed
-- from a worker that went silent. ARGV: ID, step, fence, 1 to give the start back, for how long the
-- worker must have been silent (ms), events, the dispatch event, for how long the step waits before
-- it is queued (ms).
local step, fence, give_back, silence = arg(), arg(), arg(), number()
local events = read_events()
local next_dispatch, delay = arg(), number() or 0
local how = give_back == '1' and 'back' or 'reclaimed'
local owner = check(step, fence, how)
if owner.answer ~= 'mine' then
    return owner.answer
end
if not is_silent(owner, fence, silence) then
    return 'stale'
end
publish(owner.user, step, events)
close(step, owner, fence, how, delay > 0 and 'delayed' or 'queued')
if give_back == '1' then
    redis.call('HINCRBY', MISSION, step .. ':starts', '-1')
end
set(step .. ':dispatch', next_dispatch)
if delay > 0 then
    redis.call('ZADD', DELAYED, later(delay), ID .. ':' .. step)
else
    dispatch(owner.user, step)
end
flush()
return 'mine'
