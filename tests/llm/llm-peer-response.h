/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "llm-peer.h"

G_BEGIN_DECLS

/* Between the two files of the peer. */
GCancellable *llm_peer_get_cancellable (LlmPeer *self);

G_END_DECLS
