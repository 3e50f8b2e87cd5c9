/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"

G_DEFINE_QUARK (sortie - error - quark, sortie_error)
