/*
 * fates: keeps and prints what became of each row of a file.
 *
 *     struct eh_fates fates;
 *     r = eh_fates_init(&fates, "t.csv", last_line);
 *     eh_fates_set(&fates, 14, EH_FATE_REFUSED, "kind: incident is not on the desk");
 *     eh_fates_tell(&fates);                 // "t.csv:14: kind: …", on stderr
 *     eh_fates_count(&fates, counts);        // rows by fate
 *     eh_fates_done(&fates);
 *
 * A row of several messages (a ticket and its outcome) has the worst of their fates.
 */
#ifndef EVENHAND_TOOLS_FEED_FATES_H
#define EVENHAND_TOOLS_FEED_FATES_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_FATES_TOLD_MAX 20    /* refused rows printed for people, each with its reason */
#define EH_FATES_KEPT_MAX 10000 /* refused rows printed with --json */

enum eh_fate {
    EH_FATE_NONE, /* no row, or its fate is not known */
    EH_FATE_REPEATED,
    EH_FATE_OLDER,
    EH_FATE_TAKEN,
    EH_FATE_PENDING,
    EH_FATE_REFUSED,
    EH_FATE_COUNT
};

struct eh_fate_reason {
    uint32_t line;
    char *text;
};

struct eh_fates {
    const char *file;
    uint8_t *by_line; /* enum eh_fate; one more than the last line */
    size_t lines;
    struct eh_fate_reason *reasons; /* of the first refused rows, in order of the file once told */
    size_t reason_count;
};

int eh_fates_init(struct eh_fates *, const char *file, uint32_t last_line) EH_MUST_CHECK;
/* `reason` may be NULL. The first reason of a row is kept. */
void eh_fates_set(struct eh_fates *, uint32_t line, enum eh_fate, const char *reason);
void eh_fates_count(const struct eh_fates *, size_t ret_counts[EH_FATE_COUNT]);
/* Every refused row with its reason: for people, or as `refused` of an answer in JSON. */
void eh_fates_tell(struct eh_fates *);
json_t *eh_fates_json(struct eh_fates *);
/* "95 taken, 1 repeated, 1 refused" */
#define EH_FATES_TEXT 160
void eh_fates_words(const struct eh_fates *, char ret[EH_FATES_TEXT]);
void eh_fates_done(struct eh_fates *);

#endif
