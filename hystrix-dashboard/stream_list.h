/* stream_list: the streams that the registry's instances have, for a visitor to choose from.
 *
 * Errors:    those of the buffer.
 * Threads:   any.
 */
#ifndef STREAM_LIST_H
#define STREAM_LIST_H

#include "cr_buf.h"
#include "cr_instances.h"

/* [{"title":"...","stream":"http://..."}]: aggregators first. turbine_service as in the settings.
 */
void stream_list_json(const struct cr_snapshot *snapshot, const char *turbine_service,
                      struct cr_buf *out);

#endif
