/*
 * kinds_view: what others may see of the kinds that a team limits.
 */
#include "interner.h"
#include "kinds.h"
#include "state.h"

size_t eh_engine_kinds(const struct eh_engine *e, struct eh_str team_id, struct eh_str rep_id,
                       struct eh_kind_view *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, team_id);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, rep_id);
    const struct eh_desk_team *desk = team == NONE ? NULL : e->roster.teams[team].desk;
    if (!desk || rep == NONE)
        return 0;
    for (uint32_t i = 0; i < desk->kind_count; i++) {
        uint32_t kind = eh_interner_find(&e->roster.kind_ids, desk->kinds[i].kind);
        ret[i] = (struct eh_kind_view){
            .kind = desk->kinds[i].kind,
            .open = eh_kind_open(e, rep, kind),
            .most = desk->kinds[i].open,
            .full = eh_kind_is_full(e, rep, kind, desk->kinds[i].open),
        };
    }
    return desk->kind_count;
}
