-- A step speaks while it works. ARGV: ID, step, fence, number of this call within the start, events.
local step, fence, seq = arg(), arg(), number()
local events = read_events()
local owner = check(step, fence)
if owner.answer ~= 'mine' then
    return owner.answer
end
if seq <= owner.seq then
    return 'again'
end
if not fits(events, owner.drafts, owner.length) then
    return 'conflict'
end
set(step .. ':seq', digits(seq))
publish(owner.user, step, events)
flush()
return 'mine'
