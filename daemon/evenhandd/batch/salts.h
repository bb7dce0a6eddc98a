/*
 * salts: the salts that personal text is hashed behind, and when which one is taken.
 *
 * Each customer has one, drawn with their first input, so that their tickets still compare. Another
 * one is made of it and the master key for all their subjects, so that what they send again is seen
 * to be the same. Any other subject, each reason that can be erased and each dead letter has its
 * own. They stand with the text, in the tables `personal` and `dead_body`, and are erased with it.
 * What was erased is known again by its identity, and by all that was not erased.
 *
 *     eh_salts_draw(input);              // where it comes in
 *     eh_input_identify(input);
 *     …the store looks up what is known of it: past…
 *     eh_salts_take(input, &past);       // before it is compared
 */
#ifndef EVENHAND_BATCH_SALTS_H
#define EVENHAND_BATCH_SALTS_H

#include <evenhand/engine/record.h>

/* Personal text of the input that has an item's identity. */
struct eh_past_text {
    bool was;   /* it had such a text ... */
    bool there; /* ... which is not erased */
    uint8_t digest[16];
    struct eh_str salt; /* of a text that is there; empty: it was hashed without one */
};
struct eh_past {
    struct eh_past_text customer, subject, reason;
    /* Another customer, whom the ticket was told to be of later, in a text that is erased. */
    bool erased;
    uint8_t erased_customer[16];
};

/* Random bytes; without them the process ends. */
void eh_salt_draw(uint8_t ret[EH_SALT_BYTES]);
/* New salts for the text it has. Identify it behind that. */
void eh_salts_draw(struct eh_input *);
/* What `rest` of a row of the log says was there. */
void eh_past_read(struct eh_str rest, struct eh_past *ret);
/* The salts by which it compares with that, and with recalled.digest; and identifies it. */
void eh_salts_take(struct eh_input *, const struct eh_past *);
/* Whether a ticket that is known names another customer than its first message. */
bool eh_salts_other_customer(const struct eh_input *, const struct eh_past *);
/* Both texts of the ticket stand for any: its customer of now is erased. Identifies it. */
void eh_salts_keep(struct eh_input *, const struct eh_past *);
/* The salt of a subject that its ticket had not at first, and no customer: it is made of the
 * ticket's identity and the secret, so that it compares with itself; and identifies it. */
void eh_salts_bind_ticket(struct eh_input *, const uint8_t secret[EH_SEED_BYTES]);
/* From EH_RULES_CONTENT on: the content digest of a ticket that is not there already is without
 * personal text, and so without salts. Behind eh_salts_take(), for whatever was looked up. */
void eh_salts_leave_out(struct eh_input *);
/* Before EH_RULES_REASONS: the reason is told as it is; and identifies it. */
void eh_salts_open_reason(struct eh_input *);
/* A customer's own salt (EH_SALT_BYTES; anything else: none is known); and identifies it. */
void eh_salts_take_customer(struct eh_input *, struct eh_str salt);
/* The one salt of all subjects of its customer, which nobody makes without the secret: a subject
 * that is erased alone cannot be guessed by the customer's salt; and identifies it. */
void eh_salts_bind_subject(struct eh_input *, const uint8_t secret[EH_SEED_BYTES]);

#endif
