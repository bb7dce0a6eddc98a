/*
 * checkpoint: a line of the file of checkpoints: digest and chain of the log behind one input.
 *
 * A line is "input digest chain" and a line feed. The number is decimal, the rest hexadecimal.
 *
 *     char line[EH_CHECKPOINT_LINE_MAX];
 *     size_t size = eh_checkpoint_print(&checkpoint, line);
 *     switch (eh_checkpoint_read(eh_str_n(line, size - 1), &checkpoint)) …
 *
 * A writer that ends half way (a kill, a full disk, a machine without power) leaves the beginning
 * of a line. Such a line is torn, and a reader passes over it. Any other bytes that are no line are
 * foreign: evenhand did not write them.
 */
#ifndef EVENHAND_DRAW_CHECKPOINT_H
#define EVENHAND_DRAW_CHECKPOINT_H

#include <evenhand/draw/hash.h>

EH_C_BEGIN

/* 20 digits, 32 and 64 hexadecimal ones, two spaces, the line feed, the NUL. */
#define EH_CHECKPOINT_LINE_MAX 120

struct eh_checkpoint {
    uint64_t input;
    struct eh_key digest; /* of the state after it */
    struct eh_chain chain;
};

enum eh_checkpoint_line { EH_CHECKPOINT_WHOLE, EH_CHECKPOINT_TORN, EH_CHECKPOINT_FOREIGN };

/* Writes a line with its line feed. Returns its size in bytes, without the NUL. */
size_t eh_checkpoint_print(const struct eh_checkpoint *, char ret[EH_CHECKPOINT_LINE_MAX]);
/* Reads a line without its line feed. *ret is set if the line is whole. */
enum eh_checkpoint_line eh_checkpoint_read(struct eh_str line, struct eh_checkpoint *ret);

EH_C_END

#endif
