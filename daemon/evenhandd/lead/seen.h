/*
 * seen: an alarm where the log is not the one that the checkpoint file has seen. app->seen is the
 * last checkpoint of an earlier life.
 */
#ifndef EVENHAND_LEAD_SEEN_H
#define EVENHAND_LEAD_SEEN_H

#include "lead/app.h"
#include "lead/checkpoint.h"

void app_seen_compare(struct eh_app *);

#endif
