/*
 * checkpoint: one line of the file of checkpoints: what the log was at some moment.
 *
 * "input digest chain" and a line feed; the number in decimal, the rest in hexadecimal.
 *
 *     char line[EH_CHECKPOINT_LINE_MAX];
 *     size_t size = eh_checkpoint_print(&checkpoint, line);
 *     switch (eh_checkpoint_read(eh_str_n(line, size - 1), &checkpoint)) …
 *
 * A writer that ends half way (a kill, a full disk, a machine without power) leaves the beginning
 * of a line: that is torn, and says nothing. Anything else that is no line was written by somebody
 * else.
 */
#ifndef EVENHAND_DRAW_CHECKPOINT_H
#define EVENHAND_DRAW_CHECKPOINT_H

#include <evenhand/draw/hash.h>

/* 20 digits, 32 and 64 hexadecimal ones, two spaces, the line feed, the NUL. */
#define EH_CHECKPOINT_LINE_MAX 120

struct eh_checkpoint {
    uint64_t input;
    struct eh_key digest; /* of the state after it */
    struct eh_chain chain;
};

enum eh_checkpoint_line { EH_CHECKPOINT_WHOLE, EH_CHECKPOINT_TORN, EH_CHECKPOINT_FOREIGN };

/* With its line feed; returns the bytes. */
size_t eh_checkpoint_print(const struct eh_checkpoint *, char ret[EH_CHECKPOINT_LINE_MAX]);
/* A line without its line feed. *ret is set when it is whole. */
enum eh_checkpoint_line eh_checkpoint_read(struct eh_str line, struct eh_checkpoint *ret);

#endif
