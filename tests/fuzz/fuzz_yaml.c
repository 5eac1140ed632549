/* YAML: flat documents hold what their header promises. */
#include "cr_yaml.h"
#include "fuzz_flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_flat(cr_yaml_parse, data, size);
    return 0;
}
