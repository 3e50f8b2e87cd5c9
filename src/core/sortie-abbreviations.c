/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-text-private.h"

#include <string.h>

/* No word of the tables is longer, bytes. */
#define MAX_WORD 24

/* Words with a capital are looked up as they are written, others in any case: "Gen." is a title,
 * "gen." hardly ever. */

static const char leading[] =
    "Dr Drs Prof Mr Mrs Ms Mx Messrs Hr Hrn Fr Frl Dipl Ing Mag Mme Mlle Mmes MM Mgr Sra Sras Srta Sres Dra Dras Dña"
    " Sta Sto Lic Gen Col Lt Sgt Capt Cpt Maj Cmdr Adm Rev Hon Sen Rep Gov Pres Pfr Sig Dott Ir Ds"
    " vs vgl bzw resp cf sog ggf inkl exkl zzgl abzgl bzgl evtl insb insbes bspw lat griech engl"
    " frz dt ca approx ej e.g i.e viz z.b d.h p.ej p.ex p.es c.-à-d c.à.d m.a.w m.e d.w.z bijv o.g"
    " s.o s.u u.a.m i.s.v i.v.m i.h.v geb av esp incl excl betr einschl entspr";

static const char leading_number[] =
    "no nos nr nrn n° nº núm art arts abs fig figs abb tab kap cap chap sec sect ch vol vols bd bde"
    " eq eqs ziff rn rz rdnr anm para paras pág págs pag pp ss lit buchst app anh anl apdo ref refs"
    " ver rel thm prop def alg tel tél fax § sz bl hs";

static const char ending_maybe[] =
    "Inc Ltd Corp Co Bros Jr Sr Esq St Ste Mt Ft Ave Blvd Av Avda Str Pl Jan Feb Mar Apr Jun Jul"
    " Aug Sep Sept Oct Nov Dec Jän Mär Mrz Okt Dez janv févr avr juil déc ene abr ago dic al ed eds"
    " ff sqq seq dgl Fa Hbf Bhf Mio Mrd Tsd Jh Jhd Jhdt Std Min Sek Aufl Jg max min dept Dept est"
    " assn univ Univ Inst Mfg hrsg Verf gegr gest urspr ehem verst Ud Uds EE UU Cía Cia Ltda Dpto"
    " orig Ph.D j.-c gem ex";

static const char ending[] = "etc usw usf ecc uvm uva u.v.m osv enz";

static const char openers[] =
    "The This That These Those There It Its He She They We You I In On At For From If When While"
    " Where However But And Or As A An Here His Her Their Our To Not No Yes What Which Who Why How"
    " Also Then Thus With Without After Before Since Although Because Each Every Some Many Most All"
    " Both Such Another Other By Once Only More Moreover Therefore Hence Instead Finally"
    " Der Die Das Dies Diese Dieser Dieses Diesem Diesen Dem Den Des Ein Eine Einer Einem Einen Er"
    " Sie Es Wir Ich Ihr Ihre Man Im Am An Auf Aus Bei Beim Mit Nach Für Von Vom Vor Zu Zum Zur Wenn"
    " Als Ob Weil Da Dann Doch Aber Und Oder Auch Nur Nicht So Hier Dabei Daher Damit Danach Dazu"
    " Jeder Jede Jedes Alle Sein Seine Durch Unter Über Während Zudem Außerdem Jedoch Wer Wie Wo"
    " Un Une Des Ce Cet Cette Ces Il Elle Ils Elles On Nous Vous Je Dans En Pour Par Sur Avec Si"
    " Mais Et Ou Où Les Au Aux Est Son Ses Leur Après Selon Lorsque Quand"
    " Una Unos Unas Este Esta Estos Estas Esto Es Por Para Con Pero Y Se Su Sus Cuando Aunque Según"
    " Uno Gli Nel Nella Questo Questa Sono Per Ma Anche Quando"
    " Het Een Deze Dit Dat Hij Zij Wij Op Bij Met Voor Maar Als Ook Er"
    " Os As Um Uma Este Esta Ele Ela Eles No Na Em Com Mas Quando Não";

static const char months[] =
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jan"
    " Feb Mär Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez januar februar marts mars april maj juni"
    " juli august september oktober november december";

static const char before_ordinal[] =
    "der die das dem den des am im vom zum zur beim ab bis seit und oder ein eine einem einen einer"
    " eines jede jeder jedes jedem jeden ihr ihre ihrem ihren ihrer sein seine seinem seinen seiner"
    " unser unsere unserem unseren dieser dieses diesem diesen ins ans der/die dessen deren nach vor"
    " Der Die Das Dem Den Am Im Vom Zum Zur Beim Ab Bis Seit Ein Eine Jeder Jede Jedes den/die";

typedef enum
{
  WORD_OPENS = 1 << 4,
  WORD_MONTH = 1 << 5,
  WORD_BEFORE_ORDINAL = 1 << 6,
} WordFlags;

#define ABBREVIATION_MASK 0xF

static void
add_words (GHashTable *table, const char *words, guint flags)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  for (gsize i = 0; list[i] != NULL; i++)
    {
      guint known = GPOINTER_TO_UINT (g_hash_table_lookup (table, list[i]));

      if (*list[i] != '\0')
        g_hash_table_insert (table, g_strdup (list[i]), GUINT_TO_POINTER (known | flags));
    }
}

/* One table for all; lives as long as the process and is only read once it is there. */
static GHashTable *
get_table (void)
{
  static GHashTable *table;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      add_words (table, leading, SORTIE_ABBREVIATION_LEADS);
      add_words (table, leading_number, SORTIE_ABBREVIATION_LEADS_NUMBER);
      add_words (table, ending_maybe, SORTIE_ABBREVIATION_MAY_END);
      add_words (table, ending, SORTIE_ABBREVIATION_ENDS);
      add_words (table, openers, WORD_OPENS);
      add_words (table, months, WORD_MONTH);
      add_words (table, before_ordinal, WORD_BEFORE_ORDINAL);
      g_once_init_leave (&ready, 1);
    }
  return table;
}

static guint
lookup (const char *word, gsize length, gboolean lower)
{
  char copy[MAX_WORD + 1];

  if (length == 0 || length > MAX_WORD)
    return 0;
  for (gsize i = 0; i < length; i++)
    copy[i] = lower ? g_ascii_tolower (word[i]) : word[i];
  copy[length] = '\0';
  return GPOINTER_TO_UINT (g_hash_table_lookup (get_table (), copy));
}

SortieAbbreviation
sortie_abbreviation_lookup (const char *word, gsize length)
{
  guint found = lookup (word, length, FALSE) & ABBREVIATION_MASK;

  return found != 0 ? found : lookup (word, length, TRUE) & ABBREVIATION_MASK;
}

gboolean
sortie_word_opens_sentence (const char *word, gsize length)
{
  return (lookup (word, length, FALSE) & WORD_OPENS) != 0;
}

gboolean
sortie_word_is_month (const char *word, gsize length)
{
  return (lookup (word, length, FALSE) & WORD_MONTH) != 0;
}

gboolean
sortie_word_precedes_ordinal (const char *word, gsize length)
{
  return (lookup (word, length, FALSE) & WORD_BEFORE_ORDINAL) != 0;
}
