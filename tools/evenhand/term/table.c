/* table: lays out and prints tables for people. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>

#include "text.h"

#define GAP       2 /* blanks between columns */
#define NARROWEST 8 /* no column is cut below */

struct cell {
    char *text;
    const char *colour; /* or "" */
    int width;
};

struct column {
    char *name;
    bool right;
    int width;
};

struct eh_grid {
    const struct eh_cli *cli;
    struct column columns[EH_GRID_COLUMNS_MAX];
    size_t column_count;
    struct cell *cells;
    size_t count, capacity;
};

const char *eh_colour_of(const struct eh_cli *cli, const char *state)
{
    static const struct {
        const char *state, *code;
    } colours[] = {
        {"available", "\033[32m"}, {"overloaded", "\033[33m"}, {"full", "\033[33m"},
        {"away", "\033[2m"},       {"off", "\033[2m"},         {"waiting", "\033[33m"},
        {"closed", "\033[2m"},     {"leader", "\033[32m"},     {"standby", "\033[33m"},
        {"up", "\033[32m"},        {"down", "\033[31m"},
    };
    for (size_t i = 0; cli->colour && i < sizeof colours / sizeof *colours; i++)
        if (strcmp(colours[i].state, state) == 0)
            return colours[i].code;
    return "";
}

const char *eh_colour_bold(const struct eh_cli *cli)
{
    return cli->colour ? "\033[1m" : "";
}

const char *eh_colour_dim(const struct eh_cli *cli)
{
    return cli->colour ? "\033[2m" : "";
}

const char *eh_colour_end(const struct eh_cli *cli)
{
    return cli->colour ? "\033[0m" : "";
}

struct eh_grid *eh_grid_begin(const struct eh_cli *cli, const char *columns)
{
    struct eh_grid *g = calloc(1, sizeof *g);
    eh_require(g);
    g->cli = cli;
    while (*columns) {
        eh_require(g->column_count < EH_GRID_COLUMNS_MAX);
        struct column *c = &g->columns[g->column_count++];
        c->right = *columns == '>';
        columns += c->right;
        size_t size = strcspn(columns, ",");
        c->name = strndup(columns, size);
        eh_require(c->name);
        c->width = eh_text_width(c->name);
        columns += size + (columns[size] == ',');
    }
    return g;
}

static void grid_add(struct eh_grid *g, const char *text, const char *colour)
{
    eh_require(eh_array_room(&g->cells, &g->capacity, g->count + (size_t)1, EH_ARRAY_MAX) == 0);
    struct column *c = &g->columns[g->count % g->column_count];
    struct cell *cell = &g->cells[g->count++];
    cell->text = eh_text_clean(text ? text : "");
    cell->colour = colour;
    cell->width = eh_text_width(cell->text);
    if (cell->width > c->width)
        c->width = cell->width;
}

void eh_grid_text(struct eh_grid *g, const char *text)
{
    grid_add(g, text, "");
}

void eh_grid_dim(struct eh_grid *g, const char *text)
{
    grid_add(g, text, eh_colour_dim(g->cli));
}

void eh_grid_state(struct eh_grid *g, const char *state)
{
    grid_add(g, state, state ? eh_colour_of(g->cli, state) : "");
}

void eh_grid_count(struct eh_grid *g, int64_t n)
{
    char text[EH_CLI_TEXT];
    eh_text_count(n, text);
    grid_add(g, text, "");
}

void eh_grid_money(struct eh_grid *g, int64_t minor, unsigned exponent)
{
    char text[EH_CLI_TEXT];
    eh_text_money(minor, exponent, text);
    grid_add(g, text, "");
}

/* Narrows the widest text column until the table fits the terminal. */
static void grid_fit(struct eh_grid *g)
{
    if (g->cli->width == 0)
        return;
    int all = (int)(g->column_count - 1) * GAP;
    for (size_t i = 0; i < g->column_count; i++)
        all += g->columns[i].width;
    while (all > g->cli->width) {
        struct column *widest = NULL;
        for (size_t i = 0; i < g->column_count; i++) {
            struct column *c = &g->columns[i];
            if (!c->right && c->width > NARROWEST && (!widest || c->width > widest->width))
                widest = c;
        }
        if (!widest)
            return;
        widest->width--;
        all--;
    }
}

static void grid_print_cell(const struct eh_grid *g, size_t at, const char *text, int width,
                            const char *colour, bool last)
{
    const struct column *c = &g->columns[at];
    size_t bytes = strlen(text);
    bool cut = width > c->width;
    if (cut) {
        bytes = eh_text_cut(text, c->width - 1);
        width = c->width;
    }
    int pad = c->width - width;
    printf("%*s%s%.*s%s%s%*s", c->right ? pad : 0, "", colour, (int)bytes, text, cut ? "…" : "",
           *colour ? eh_colour_end(g->cli) : "", last ? 0 : (c->right ? 0 : pad) + GAP, "");
    if (last)
        putchar('\n');
}

/* Up to the last cell that has something in it, so that no line ends in blanks. */
static void grid_print_row(const struct eh_grid *g, const struct cell *row)
{
    size_t last = g->column_count - 1;
    while (last > 0 && !*row[last].text)
        last--;
    for (size_t i = 0; i <= last; i++)
        grid_print_cell(g, i, row[i].text, row[i].width, row[i].colour, i == last);
}

void eh_grid_print(struct eh_grid *g)
{
    eh_require(g->count % g->column_count == 0);
    grid_fit(g);
    for (size_t i = 0; g->count && i < g->column_count; i++)
        grid_print_cell(g, i, g->columns[i].name, eh_text_width(g->columns[i].name),
                        eh_colour_bold(g->cli), i + 1 == g->column_count);
    for (size_t i = 0; i < g->count; i += g->column_count)
        grid_print_row(g, &g->cells[i]);
    for (size_t i = 0; i < g->count; i++)
        free(g->cells[i].text);
    for (size_t i = 0; i < g->column_count; i++)
        free(g->columns[i].name);
    free(g->cells);
    free(g);
}
