-- A retry is due. ARGV: ID, step.
local step = arg()
local member = ID .. ':' .. step
local due = redis.call('ZSCORE', DELAYED, member)
if not due then
    return 'again'
end
if tonumber(due) > tonumber(now()) then
    return 'early'
end
local f = redis.call('HMGET', MISSION, 'state', 'user', step .. ':state')
redis.call('ZREM', DELAYED, member)
if f[1] ~= 'running' or f[3] ~= 'delayed' then
    return 'stale'
end
dispatch(f[2], step)
flush()
return 'mine'
