-- The step is alive. ARGV: ID, step, fence, consumer.
local step, fence, consumer = arg(), arg(), arg()
local owner = check(step, fence)
if owner.answer ~= 'mine' then
    return owner.answer
end
redis.call('XCLAIM', QUEUE[owner.agent], 'agents', consumer, 0, fence, 'JUSTID')
return 'mine'
