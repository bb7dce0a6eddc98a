/* fuzz/checkpoints: any bytes as the file of checkpoints: lines in order, or the one that is none.
 */
#include "log/checkpoints.h"
#include "fuzz.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file memory;
    struct eh_checkpoints file;
    struct eh_error error = {0};
    memory_file_open(&memory, data, size);
    eh_require(eh_checkpoints_open(memory.path, &file, &error) == 0);
    uint64_t before = 0;
    unsigned line = 0;
    int r;
    while ((r = eh_checkpoints_next(&file, &error)) > 0) {
        eh_require(file.input >= before && file.input > 0 && file.line > line);
        before = file.input;
        line = file.line;
    }
    eh_require(r == 0 || (r == -EH_ECORRUPT && strstr(error.text, "/fd/")));
    eh_checkpoints_close(&file);
    memory_file_close(&memory);
    return 0;
}
