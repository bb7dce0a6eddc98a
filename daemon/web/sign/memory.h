/*
 * memory: which links were used and whose sessions were ended. Each is a file in a folder that
 * several processes may share; its name says all, and O_EXCL decides who was first.
 *
 *     struct eh_memory *memory;
 *     r = eh_memory_new("/var/lib/evenhand-web", &memory, &error);
 *     r = eh_memory_use(memory, &link);       // -EH_ECONFLICT: somebody was here before
 *     r = eh_memory_end(memory, eh_str("ana"), now_us, &error);
 *     if (eh_memory_is_ended(memory, session.name, session.made_us)) …
 *     eh_memory_sweep(memory, now_us);
 *     eh_memory_free(memory);
 */
#ifndef EVENHAND_WEB_SIGN_MEMORY_H
#define EVENHAND_WEB_SIGN_MEMORY_H

#include "web/sign/token.h"

#define EH_MEMORY_ENDED_MAX 4096 /* names whose sessions were ended, in 30 days */

struct eh_memory;
/* -EH_EUNAVAILABLE: the folder is not there, or nothing can be written into it. */
int eh_memory_new(const char *folder, struct eh_memory **ret, struct eh_error *) EH_MUST_CHECK;
/* -EH_ECONFLICT: used before; -EH_EUNAVAILABLE: nobody can tell. */
int eh_memory_use(struct eh_memory *, const struct eh_token *) EH_MUST_CHECK;
/* All that was made for the name until now is over. */
int eh_memory_end(struct eh_memory *, struct eh_str name, int64_t now_us,
                  struct eh_error *) EH_MUST_CHECK;
/* True also where the folder cannot be read: then nobody can tell. */
bool eh_memory_is_ended(struct eh_memory *, const char *name, int64_t made_us);
/* Removes what no link and no session can depend on any more. */
void eh_memory_sweep(struct eh_memory *, int64_t now_us);
void eh_memory_free(struct eh_memory *); /* NULL allowed */

#endif
