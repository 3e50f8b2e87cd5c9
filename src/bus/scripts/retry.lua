-- An attempt failed and there will be another. ARGV: ID, step, fence, delay (ms), events, the
-- dispatch event of the next start.
local step, fence, delay = arg(), arg(), number()
local events = read_events()
local next_dispatch = arg()
local owner = check(step, fence, 'retry')
if owner.answer ~= 'mine' then
    return owner.answer
end
if not fits(events, owner.drafts, owner.length) then
    return 'conflict'
end
publish(owner.user, step, events)
close(step, owner, fence, 'retry', 'delayed')
set(step .. ':dispatch', next_dispatch)
redis.call('ZADD', DELAYED, later(delay), ID .. ':' .. step)
redis.call('HINCRBY', COUNTS, owner.agent .. ':retried', '1')
flush()
return 'mine'
