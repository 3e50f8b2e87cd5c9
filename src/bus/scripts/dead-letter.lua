-- The last attempt failed. ARGV: ID, step, fence, events, error, payload, attempts, 1 where the
-- mission can't go on without this step, done event of a failed mission, for how long the worker
-- must have been silent (ms; '' where the worker itself gives up).
local step, fence = arg(), arg()
local events = read_events()
local message, payload, attempts, vital, done = arg(), arg(), arg(), arg(), arg()
local silence = number()
local how = silence and 'buried' or 'dead'
local owner = check(step, fence, how)
if owner.answer ~= 'mine' then
    return owner.answer
end
if not fits(events, owner.drafts, owner.length) then
    return 'conflict'
end
if not is_silent(owner, fence, silence or 0) then
    return 'stale'
end
publish(owner.user, step, events)
close(step, owner, fence, how, 'dead')
local letter = redis.call('XADD', DEAD, 'MAXLEN', '~', DEAD_LENGTH, '*', 'u', owner.user, 'm', ID,
    's', step, 'a', owner.agent, 'r', message, 'p', payload, 'n', attempts)
set(step .. ':error', message)
set(step .. ':letter', letter)
redis.call('HINCRBY', COUNTS, owner.agent .. ':failed', '1')
if vital == '1' or redis.call('HINCRBY', MISSION, 'retrievals', '-1') == 0 then
    finish(owner.user, 'failed', done)
else
    release(owner.user, owner.following)
end
flush()
return 'mine'
