/*
 * answers: commands that were taken and not answered, and readers of a state that is not committed.
 */
#ifndef EVENHAND_LEAD_ANSWERS_H
#define EVENHAND_LEAD_ANSWERS_H

#include "lead/app.h"

struct eh_answers {
    size_t commands, bytes; /* taken and not answered */
};

bool app_command_fits(const struct eh_app *, const struct eh_command *);
void app_command_taken(struct eh_app *, const struct eh_command *);
void app_answer(struct eh_app *, struct eh_item *, const struct eh_command_result *);
/* Answers all commands of a batch, which then has entries alone. */
void app_answer_commands(struct eh_app *, struct eh_batch *, const struct eh_command_result *);
/* ... of all batches that wait to be decided. */
void app_answer_waiting(struct eh_app *, const struct eh_command_result *);
void app_tell_watchers(struct eh_batch *, bool confirmed);
void app_drop_batch(struct eh_batch *); /* its watchers are told */
/* Nobody knows what became of the batches under way: tells everybody who waits for one why. */
void app_give_up_all(struct eh_app *, const char *why);

#endif
