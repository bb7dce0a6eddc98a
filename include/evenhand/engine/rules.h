/*
 * rules: the numbers of the rules the engine decides by.
 *
 * What an input decides changes only with a new number. A log begins under EH_RULES_FIRST. A RULES
 * input in it says from where a later number holds: the first leader of a new build writes one.
 * Every earlier input is replayed under the rules of its time, so a log of any age gives the state
 * it gave then. A snapshot names the rules in force.
 *
 *     if (e->rules >= EH_RULES_…)      // in lib/engine, where a decision differs
 *         …the new way…
 *
 * Each number names what differs from the one before.
 */
#ifndef EVENHAND_ENGINE_RULES_H
#define EVENHAND_ENGINE_RULES_H

/* Numbers are stored: never change, never reuse. */
enum eh_rules {
    EH_RULES_FIRST = 1,    /* of logs without a RULES input before */
    EH_RULES_NUMBERED = 2, /* decides as EH_RULES_FIRST; the log says so */
    EH_RULES_SLICES = 3,   /* what is left over is dealt by DUE inputs, team by team */
    EH_RULES_SIGNALS = 4,  /* signals have a rate */
    EH_RULES_METRICS =
        5, /* a figure of a rep not in the team, or under a measure's name, is refused */
    /* ACCEPT_TIME may lead time back. A message about a closing that is dated in the time taken
       back counts today. */
    EH_RULES_TIME_BACK = 6,
    EH_RULES_EVENTS = 7, /* an event over the admin socket is its user's own */
    EH_RULES_SALTED = 8, /* personal text is hashed behind a salt, and names no entry */
    EH_RULES_NEWEST = 9, /* a rep's signal on the stream is not taken behind a newer one */
    EH_RULES_STAYS = 10, /* a desk file holds for its days, whatever a later one says of them */
    /* Open tickets of a rep who leaves a team go back to the deal; a rep who comes back starts
       afresh. */
    EH_RULES_LEAVERS = 11,
    /* Ties in a pool go by SHA-256; a part that nobody can earn goes to the others, in plans
     * published from here on. */
    EH_RULES_TIES = 12,
    /* Bonus periods count tickets, not closings; outcomes are put in order of their time. */
    EH_RULES_TICKETS = 13,
    EH_RULES_UNDOABLE =
        14, /* a ticket whose skills nobody in the team has says so, whoever is there */
    /* Signals that others give for a rep: a release of some teams concerns only these, and ending
       another's overloaded needs a reason. Overloaded cannot be renewed without end. */
    EH_RULES_OTHERS = 15,
    /* A rep who is set aside for a period can be included again; the log says by whom and why. */
    EH_RULES_INCLUDE = 16,
    /* A deal says all that was compared: the parts of both scores, and how many had the least load.
     */
    EH_RULES_COMPARED = 17,
    /* A ticket that comes back to a team by a move goes to the rep who had it last there. */
    EH_RULES_RETURNS = 18,
    /* The content digest of a ticket that is taken leaves its personal text out. When the same
       entry is decided once more the salt of that text is another one, and draws hang on the
       digest. */
    EH_RULES_CONTENT = 19,
    /* Entitlement in number is divided in 10^-15 tickets, not 10^-9: what a division leaves over
     * goes to whoever is there for the next ticket. */
    EH_RULES_FINER = 20,
    /* A figure that no plan can count is refused: its name is much like a known one, its period has
       a kind that no plan has, it has more minutes than the period, or its rep was not there. */
    EH_RULES_COUNTABLE = 21,
    /* A ticket that was cancelled and comes again under another id is marked. */
    EH_RULES_RESENDS = 22,
    /* No period is refused for ever: a later version keeps a figure that is missing by now, a
       freeze may let missing figures score nothing, and a period that is not paid is not forgotten.
       When facts of the people changed since the freeze, the period has to be frozen again. */
    EH_RULES_WAYS_OUT = 23,
    /* Rounds of a rotation go by what each rep was entitled to while they were there, and slots
       wait. */
    EH_RULES_TURNS = 24,
    /* A state that ends by itself, or is held back until it begins, does so at its time, not when a
     * DUE input comes for it. */
    EH_RULES_ENDS = 25,
    /* The helpdesk may say who has a ticket. A ticket that somebody outside its team has is held.
     */
    EH_RULES_OWNERS = 26,
    /* A ticket that is told once more as another is an update, or, once it is closed, nothing. */
    EH_RULES_RETOLD = 27,
    /* Who has a ticket and who did it stand in the log as the desk calls them, and nobody else by
     * name. An OWNER without an event is known by its place on the stream. */
    EH_RULES_NAMES = 28,
    /* A team may limit how many tickets it deals to a rep in an hour and on a day. */
    EH_RULES_AT_MOST = 29,
    /* Reps have hours and absences. Outside of them nothing is dealt to them, and an `away` without
     * an end ends with the shift it was said in. */
    EH_RULES_HOURS = 30,
    /* A skill may have a level: who has `sap:3` has `sap:2`. Before, both were names. */
    EH_RULES_LEVELS = 31,
    /* A team may limit how many open tickets of a kind a rep has. Tickets of such a kind have
       required-skill sets of their own. */
    EH_RULES_KINDS = 32,
    /* Tickets have times: to be answered, to overflow, to age. The first answer is told. */
    EH_RULES_CLOCKS = 33,
    /* A ticket can be paused while it waits for the customer: its points count less. */
    EH_RULES_PAUSES = 34,
    /* A ticket that a rep does not answer in time is told, or goes back to the deal. */
    EH_RULES_LAPSES = 35,
    /* A customer's next ticket may go to whoever closed their last one. */
    EH_RULES_LAST_REP = 36,
    /* A team may let reps who come back begin with a part of their share. */
    EH_RULES_RAMP = 37,
    /* Who lets a ticket lapse during a break of their shift is away, too. 38 to 40 were never used.
     */
    EH_RULES_BREAKS = 41,
    /* Periods count first answers: how many, how long they took, and how many were in time. */
    EH_RULES_ANSWERS = 42,
    /* Why somebody is absent stands apart, behind a salt, and the state does not have it. */
    EH_RULES_REASONS = 43,
    /* The shell hands over how many minutes of work each day has. They are a rep's contract_minutes
     * where none were imported. */
    EH_RULES_CONTRACT = 44,
    /* An outcome that waits for its ticket gives up with the times of tickets: after a start,
     * behind all that stood on the inbox. */
    EH_RULES_PARKED = 45,
    /* Who lets a ticket lapse is away until they signal, also who was away for a time. */
    EH_RULES_UNTIL_SIGNAL = 46,
};
/* The rules of this build. */
#define EH_RULES_LAST EH_RULES_UNTIL_SIGNAL

#endif
