/*
 * stored: bits of the state's objects in their canonical bytes. Private to engine/.
 *
 * The same bits stand in snapshots, in images and under digests: whoever writes them and whoever
 * reads them takes them from here.
 *
 *     eh_bytes_put_u8(out, (uint8_t)(fact->has_paid ? FACT_PAID : 0));
 */
#ifndef EVENHAND_LIB_ENGINE_STORED_H
#define EVENHAND_LIB_ENGINE_STORED_H

/* In the byte of a ticket's state, beside enum eh_ticket_state; few tickets ever have one. Numbers
 * are stored: never change, never reuse. */
enum ticket_flag {
    TICKET_KEPT = 8,
    TICKET_TAKEN = 16,
    TICKET_RETURNED = 32,
    TICKET_LEFT = 64,
    TICKET_ASIDE = 128
};

/* In the byte behind its contents. Numbers are stored: never change, never reuse. */
enum ticket_flag_more {
    TICKET_ANSWERED = 1,
    TICKET_OVERFLOWED = 2,
    TICKET_LAPSED = 4,
    TICKET_MORE = 7
};

/* Of its first answer. Numbers are stored: never change, never reuse. */
enum answer_flag {
    ANSWER_TOLD = 1,
    ANSWER_PAUSED = 2,
    ANSWER_TIMED = 4,
    ANSWER_WHOLE_DAY = 8,
    ANSWER_SAID = 16,
    ANSWER_CLOSED = 32,
    ANSWER_FLAGS = 63
};

#define TICKET_STATE 7U /* bits of the state itself */

/* Of the times of a ticket. Numbers are stored: never change, never reuse. */
enum clock_flag { CLOCK_OWN = 1, CLOCK_LATE = 2, CLOCK_STOPPED = 4, CLOCK_FLAGS = 7 };

/* Of a rep. Numbers are stored: never change, never reuse. */
enum rep_flag {
    REP_SIGNALLED = 1,
    REP_RELEASING = 2,
    REP_GONE = 4,
    REP_BACK = 8,
    REP_LEAVES_TOLD = 16,
    REP_ENDED = 32,
    REP_FLAGS = 63
};

/* Of what is counted in a period. Numbers are stored: never change, never reuse. */
enum fact_flag { FACT_PAID = 1, FACT_CONTRACT = 2, FACT_EXCLUDED = 4, FACT_FLAGS = 7 };

#endif
