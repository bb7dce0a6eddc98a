/*
 * policies: one row for each policy, the way in which a team's tickets find their reps. The reader
 * of desk files, the engine, the receipts, the command line and its completion read the rows;
 * there is no other list of policies.
 *
 *     const struct eh_policy_row *row = eh_policy_row_find(eh_str("rotation"));
 *     puts(row->help);
 *
 * A new policy is a row here, its file lib/engine/policy_NAME.c, which meson.build there names, and
 * its row in the table of evenhand-desk(5).
 */
#ifndef EVENHAND_WIRE_POLICIES_H
#define EVENHAND_WIRE_POLICIES_H

#include <evenhand/base/text.h>

EH_C_BEGIN

/*
 * ROW(name, number, help, chosen, tied)
 *
 * Rows stand in the order in which people are told of them. `name` is what a desk file says, and
 * names eh_policy_NAME of lib/engine/policy_NAME.c. `number` orders the policies by age: errors
 * list them in that order. `help` is its rule in one line. A receipt says "Of 3 who could have got
 * it ana CHOSEN." and after a draw "ana CHOSEN TIED.". A policy may tell more of its choice instead
 * (evenhand/engine/engine.h, struct eh_deal_detail).
 */
/* clang-format off */
#define EH_POLICIES(ROW) \
    ROW(balanced, 2, \
        "two eligible reps are drawn by share; the one more behind, in number and value, gets it; a tie is drawn", \
        "was chosen", "") \
    ROW(rotation, 3, \
        "rounds: each gets as many as their share says, in drawn order; slots wait for reps who return within the round", \
        "was chosen", "") \
    ROW(random, 1, \
        "one is drawn by share", \
        "was drawn, by share", "") \
    ROW(least_loaded, 4, \
        "the rep with the fewest open points per share gets it; a tie is drawn", \
        "had the least open work per share", \
        "; others had as little, so it was drawn among them")
/* clang-format on */

/* Places among the rows. */
#define EH_POLICY_PLACE(name, ...) EH_POLICY_AT_##name,
enum eh_policy_place { EH_POLICIES(EH_POLICY_PLACE) EH_POLICY_COUNT };
#undef EH_POLICY_PLACE

/* const char *const names[] = {EH_POLICIES(EH_POLICY_BY_NUMBER)}; */
#define EH_POLICY_BY_NUMBER(name, number, ...) [(number)-1] = #name,

struct eh_policy_row {
    const char *name, *help, *chosen, *tied;
};

extern const struct eh_policy_row eh_policy_rows[EH_POLICY_COUNT];

/* NULL: there is no such policy. */
const struct eh_policy_row *eh_policy_row_find(struct eh_str name);

EH_C_END

#endif
