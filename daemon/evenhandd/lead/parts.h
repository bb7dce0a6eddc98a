/*
 * parts: a leader as the sum of its parts.
 *
 * Each part belongs to the file of its name, which alone reaches into it; what others need of it
 * stands as functions in that file's header. Services and state are everybody's.
 */
#ifndef EVENHAND_LEAD_PARTS_H
#define EVENHAND_LEAD_PARTS_H

#include "lead/answers.h"
#include "lead/bias.h"
#include "lead/books.h"
#include "lead/checkpoints.h"
#include "lead/decide.h"
#include "lead/desk_file.h"
#include "lead/full.h"
#include "lead/history.h"
#include "lead/holds.h"
#include "lead/later.h"
#include "lead/leader.h"
#include "lead/lookout.h"
#include "lead/new_key.h"
#include "lead/pipeline.h"
#include "lead/refused.h"
#include "lead/schedules.h"
#include "lead/seen.h"
#include "lead/services.h"
#include "lead/snapshots.h"
#include "lead/start_time.h"
#include "lead/state.h"
#include "lead/step.h"
#include "lead/suspects.h"
#include "lead/tick.h"
#include "lead/trouble.h"

struct eh_app {
    struct eh_services services;
    struct eh_lead_state state;
    struct eh_trouble trouble;
    struct eh_pipeline pipeline;
    struct eh_answers answers;
    struct eh_later_signals later;
    struct eh_full full;
    struct eh_holds holds;
    struct eh_history history;
    struct eh_bias_watch bias;
    struct eh_snapshots snapshots;
    struct eh_checkpoints checkpoints;
    struct eh_refused refused;
    struct eh_new_key new_key;
    struct eh_start_time start_time;
    struct eh_checkpoint seen;
    struct eh_books books;
    struct eh_desk_file desk_file;
    struct eh_lookout lookout;
    struct eh_step step;
    struct eh_suspect_entries suspects;
    struct eh_decide decide;
    struct eh_schedules schedules;
    struct eh_tick tick;
    struct eh_leader leader;
};

#endif
