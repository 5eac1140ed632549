/* Java properties as XML: flat documents hold what their header promises. */
#include "cr_properties_xml.h"
#include "fuzz_flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_flat(cr_properties_xml_parse, data, size);
    return 0;
}
