"""`make stress`: three deliveries of every sale, in any order, with faults and killed workers: each pays once, exactly.

site      the stack on the local AWS, and the network on it
network   what the operator set up, as plain data
plan      who buys what, and who tells of it how often: sales and their deliveries
proxy     a process between the workers and the local AWS: it throttles, and loses answers
worker    a process that runs the real handlers, one event at a time, as Lambda does
crew      sends the deliveries as browsers and advertisers do, and kills workers
oracle    what has to come out, worked out from the sales alone: it shares no arithmetic with the program
audit     what did come out: by the day index and by the published report
"""
