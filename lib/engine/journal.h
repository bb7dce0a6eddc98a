/*
 * journal: the latest outcomes of a ticket in their order, and the story told anew. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_JOURNAL_H
#define EVENHAND_LIB_ENGINE_JOURNAL_H

#include "story.h"
#include "units.h"

struct ticket;

/* A story that is open to be told anew. The texts of events point into the journal they were read
 * from. */
struct tale {
    struct story_sum base, sum;
    struct story_entry entries[EH_ORDER_MAX + 1];
    uint32_t count;
};

/* Opens the ticket's story as of now. What came longer ago than EH_ORDER_S goes into its base. */
void eh_tale_open(const struct ticket *, int64_t now_us, struct tale *ret);
/* Puts an outcome in its place and tells the story anew. */
void eh_tale_add(struct tale *, const struct story_entry *, const struct ticket *);
/* The entry that this input brought; NULL: it is not in the journal. */
const struct story_entry *eh_tale_find(const struct tale *, uint64_t input);
/* The first closing that is not cancelled; NULL: there is none, or it is in the base. */
const struct story_entry *eh_tale_first_closing(const struct tale *);
/* Why the entry of this input is refused. */
void eh_tale_why(const struct tale *, uint64_t input, const struct ticket *, struct eh_error *);
/* Makes a story to be kept, which is the caller's. It does not set first_team. */
int eh_tale_close(const struct tale *, struct story **ret) EH_MUST_CHECK;
/* Reads a journal of an image, which goes on from `base`; false: it is not sound. */
bool eh_tale_read(struct eh_str journal, const struct story_sum *base, struct tale *ret);
void eh_story_put_sum(const struct story_sum *, struct eh_bytes *);
void eh_story_read_sum(struct eh_reader *, struct story_sum *ret);

#endif
