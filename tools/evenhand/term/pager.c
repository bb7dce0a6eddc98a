/* pager: keeps what is printed, and shows it in a pager when it is longer than the terminal. */
#include "pager.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text.h"

#define FALLBACK "less -FRX"
#define SHELL    "/bin/sh"

void eh_pager_begin(struct eh_pager *pager)
{
    FILE *kept = open_memstream(&pager->text, &pager->size);
    if (!kept)
        return; /* then stdout is printed directly */
    fflush(stdout);
    pager->terminal = stdout;
    stdout = kept;
}

/* Rows that a line takes on a terminal; escape sequences for colours take none. */
static size_t rows_of(const char *line, size_t size, size_t columns)
{
    char *plain = malloc(size + 1);
    size_t used = 0;
    if (!plain)
        return 1;
    for (size_t i = 0; i < size; i++) {
        bool escape = line[i] == '\033';
        while (escape && i < size && line[i] != 'm')
            i++;
        if (!escape)
            plain[used++] = line[i];
    }
    plain[used] = '\0';
    size_t width = (size_t)eh_text_width(plain);
    free(plain);
    return width > columns ? (width + columns - 1) / columns : 1;
}

static bool text_fits(const char *text, size_t size)
{
    struct winsize window;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0)
        return true;
    size_t rows = 1; /* of the prompt that follows */
    while (size > 0 && rows <= window.ws_row) {
        const char *end = memchr(text, '\n', size);
        size_t line = end ? (size_t)(end - text) : size;
        rows += rows_of(text, line, window.ws_col);
        size -= line + (end != NULL);
        text += line + (end != NULL);
    }
    return rows <= window.ws_row;
}

/* The shell runs the pager; without `less` it runs `cat`. */
static void pager_exec(int from)
{
    const char *wanted = getenv("PAGER");
    signal(SIGPIPE, SIG_DFL);
    dup2(from, STDIN_FILENO);
    if (!wanted || !*wanted)
        wanted = "if command -v less >/dev/null; then exec " FALLBACK "; else exec cat; fi";
    execl(SHELL, SHELL, "-c", wanted, (char *)NULL);
    _exit(127);
}

static void write_all(int to, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(to, text, size);
        if (n <= 0)
            return; /* the pager was closed */
        text += n;
        size -= (size_t)n;
    }
}

/* False: no pager could be run, and nothing was shown. */
static bool text_page(const char *text, size_t size)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        pager_exec(ends[0]);
    }
    close(ends[0]);
    if (child > 0) {
        write_all(ends[1], text, size);
        close(ends[1]);
        waitpid(child, &status, 0);
    } else {
        close(ends[1]);
    }
    return child > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) >= 126);
}

void eh_pager_end(struct eh_pager *pager)
{
    if (!pager->terminal)
        return;
    fclose(stdout);
    stdout = pager->terminal;
    if (text_fits(pager->text, pager->size) || !text_page(pager->text, pager->size))
        fwrite(pager->text, 1, pager->size, stdout);
    free(pager->text);
    *pager = (struct eh_pager){0};
}
