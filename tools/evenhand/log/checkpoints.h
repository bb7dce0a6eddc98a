/*
 * checkpoints: the file of checkpoints that evenhandd appends to, read line by line.
 *
 *     struct eh_checkpoints file;
 *     r = eh_checkpoints_open(path, &file, &error);
 *     while ((r = eh_checkpoints_next(&file, &error)) > 0)
 *         …file.input, file.digest, file.chain, said in line file.line…
 *     eh_checkpoints_close(&file);
 */
#ifndef EVENHAND_TOOLS_LOG_CHECKPOINTS_H
#define EVENHAND_TOOLS_LOG_CHECKPOINTS_H

#include <stdio.h>

#include <evenhand/draw/checkpoint.h>

#define EH_CLI_CHECKPOINTS "/var/lib/evenhand/checkpoints"

struct eh_checkpoints {
    FILE *file; /* NULL: there is no file, which reads as an empty one */
    const char *path;
    long end;      /* size when it was opened; lines appended later are not read */
    unsigned line; /* from 1 */
    unsigned torn; /* lines skipped because their writer died in the middle */
    uint64_t input;
    struct eh_key digest;
    struct eh_chain chain;
};

/* -EH_ENOTFOUND, -EH_EDENIED: the file cannot be read. */
int eh_checkpoints_open(const char *path, struct eh_checkpoints *ret,
                        struct eh_error *) EH_MUST_CHECK;
/* 1: there is one more line; 0: that was all. Torn lines are skipped. -EH_ECORRUPT: a line is no
 * checkpoint, or its input is below the one before. */
int eh_checkpoints_next(struct eh_checkpoints *, struct eh_error *) EH_MUST_CHECK;
void eh_checkpoints_close(struct eh_checkpoints *);

#endif
