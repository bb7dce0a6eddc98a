/*
 * table: tables for people. Columns are as wide as their cells; numbers are aligned right; on a
 * narrow terminal the widest texts are cut with an ellipsis. Widths are those of UTF-8 on a screen.
 *
 *     struct eh_grid *g = eh_grid_begin(cli, "rep,state,>open,>value");   // '>' : to the right
 *     eh_grid_text(g, "ana");
 *     eh_grid_state(g, "available");
 *     eh_grid_count(g, 12);
 *     eh_grid_money(g, 12995, 2);
 *     eh_grid_print(g);                                    // prints and frees
 */
#ifndef EVENHAND_TOOLS_TERM_TABLE_H
#define EVENHAND_TOOLS_TERM_TABLE_H

#include "command.h"

#define EH_GRID_COLUMNS_MAX 12

struct eh_grid;
struct eh_grid *eh_grid_begin(const struct eh_cli *, const char *columns);
/* Cells come row by row, left to right. NULL is an empty cell. */
void eh_grid_text(struct eh_grid *, const char *);
void eh_grid_dim(struct eh_grid *, const char *);
void eh_grid_state(struct eh_grid *, const char *); /* in the colour of a rep's or ticket's state */
void eh_grid_count(struct eh_grid *, int64_t);
void eh_grid_money(struct eh_grid *, int64_t minor, unsigned exponent);
void eh_grid_print(struct eh_grid *); /* frees it too; without rows nothing is printed */

/* The escape codes that begin and end the colour of a state; "" without colour. */
const char *eh_colour_of(const struct eh_cli *, const char *state);
const char *eh_colour_bold(const struct eh_cli *);
const char *eh_colour_dim(const struct eh_cli *);
const char *eh_colour_end(const struct eh_cli *);

#endif
