"""`make stress`: three deliveries of every sale, in any order, with faults and killed workers: each pays once, exactly.

course    the order of things; begin here
network   what the operator set up, as plain data
plan      who buys what, and who tells of it how often: sales and their deliveries
site      the stack on the local AWS, and the network on it
proxy     a process between the workers and the local AWS: it throttles, and loses answers
worker    a process that runs the real handlers, one event at a time, as Lambda does
crew      the workers together; now and then one is killed at work
request   the events that the workers are given
clicks    the clicks behind the sales
traffic   those who send the deliveries, as browsers and advertisers do
fallback  the fallback queue, emptied by the real drain
oracle    what has to come out, worked out from the sales alone: it shares no arithmetic with the program
lines     what did come out, by the day index and by the published report
books     the daily report: published, downloaded, made again
audit     the one held against the other
"""
