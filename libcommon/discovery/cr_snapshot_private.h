/* cr_snapshot_private: making and comparing snapshots, for cr_instances. */
#ifndef CR_SNAPSHOT_PRIVATE_H
#define CR_SNAPSHOT_PRIVATE_H

#include "cr_arena.h"
#include "cr_instances.h"

/* Everything but the version; all of it in the arena. */
CR_MUST_CHECK int cr_snapshot_build(const struct cr_wire_instances *records, struct cr_arena *arena,
                                    struct cr_snapshot *out_snapshot, struct cr_err *err);

/* Do both say the same? Versions are not compared. */
bool cr_snapshot_same(const struct cr_snapshot *a, const struct cr_snapshot *b);

#endif
