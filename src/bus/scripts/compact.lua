-- Rebuilds a finished mission's stream with fewer chunks. ARGV: ID, the stream's last ID and its
-- length as C has read them, count, then for each event its ID, body and text ('' for none).
local last, length, count = arg(), number(), number()
local state = redis.call('HGET', MISSION, 'state')
redis.call('ZREM', COMPACTIONS, ID)
if not state or state == 'running' or state == 'waiting' then
    return 'stale'
end
local tail = redis.call('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)
if not tail[1] or tail[1][1] ~= last or redis.call('XLEN', EVENTS) ~= length then
    return 'stale'
end
redis.call('DEL', EVENTS)
for _ = 1, count do
    local id, body, text = arg(), arg(), arg()
    if text ~= '' then
        redis.call('XADD', EVENTS, id, 'e', body, 't', text)
    else
        redis.call('XADD', EVENTS, id, 'e', body)
    end
end
return 'mine'
