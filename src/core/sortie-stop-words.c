/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-language.h"
#include "sortie-text.h"

#include <string.h>

/* How much of a text is read to guess its language, and how many function words must be found. */
#define GUESS_BYTES (16 * 1024)
#define GUESS_MIN_HITS 2

/* Words that say nothing about a subject, folded as sortie_text_fold() does. A word that is often a
 * subject itself ("state", "general", "part") is in no list. */
typedef struct
{
  const char *language;
  const char *words;
} StopList;

/* Folding takes the marks that tell sister languages apart in a short question; these words, in
 * lower case with their marks, count once more for the language. */
static const StopList marked_lists[] = {
  { "de", "für über können müssen während würde könnte möchte" },
  { "fr", "à où été même très être après déjà voilà quelle" },
  { "es", "qué cómo cuál cuáles dónde cuándo quién más está están según también él sí" },
  { "it", "è più perché può cos'è qual'è già così c'è città cioè" },
  { "pt", "é não são está você também até à já através há será então" },
};

static const StopList lists[] = {
  { "en",
    "a about above after again all also am an and any are aren't as at be because been before"
    " being below between both but by can can't cannot could couldn't did didn't do does doesn't"
    " doing don't down during each either else ever every few for from further had has have haven't"
    " having he her here hers herself him himself his how however i if in into is isn't it it's its"
    " itself just may me might more most much must my myself neither no nor not of off on once only"
    " or other our ours ourselves out over own same shall she should so some such than that that's"
    " the their theirs them themselves then there these they this those through thus to too under"
    " until up upon us very was wasn't we were what what's when where whether which while who whom"
    " whose why will with within without won't would you your yours yourself yourselves" },
  { "de",
    "aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus"
    " bei beim bereits bin bis bist da dabei dadurch daher damit dann daran darauf daraus darf darin"
    " darum das dass davon dazu dein deine dem den denen denn der deren derer des dessen desto die"
    " dies diese diesem diesen dieser dieses doch dort du durch durfen ein eine einem einen einer"
    " eines einige einigen einiger er es etwa etwas euch euer eure fur gegen gibt hab habe haben hat"
    " hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem"
    " ins ist ja je jede jedem jeden jeder jedes jedoch jene jenem jenen jener jenes jetzt kann kein"
    " keine keinem keinen keiner keines konnen konnte man manche mehr mein meine mich mir mit muss"
    " mussen musste nach nachdem neben nicht nichts noch nun nur ob obwohl oder ohne sehr sei sein"
    " seine seinem seinen seiner seines seit sich sie sind so sobald sofern sogar solche soll sollen"
    " sollte somit sondern sonst sowie sowohl uber um und uns unser unsere unter viel viele vom von"
    " vor wahrend wann war waren warum was weder weil welche welchem welchen welcher welches wem wen"
    " wenn wer werde werden wessen wie wieder will wir wird wo wobei woher wohin wollen wurde wurden"
    " zu zum zur zwar zwischen" },
  { "fr",
    "a afin ai ainsi alors apres au aucun aucune aupres aussi autre autres aux avait avant avec"
    " avoir c'est car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme"
    " comment d'un d'une dans de depuis des donc dont du elle elles en encore entre es est et etaient"
    " etait etant ete etes etre eu eux fait fut ici il ils j'ai je jusqu'a l'on la laquelle le lequel"
    " les lesquelles lesquels leur leurs lors lorsque lui ma mais me meme memes mes moi moins mon ne"
    " ni non nos notre nous on ont ou par parce pas pendant peu peut peuvent plus plusieurs pour"
    " pourquoi puis qu'elle qu'il qu'ils qu'on qu'un qu'une quand que quel quelle quelles quelque"
    " quelques quels qui quoi sa sans se selon sera seront ses si sinon soit son sont sous suis sur"
    " ta tandis te tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y" },
  { "es",
    "a al algo alguna algunas alguno algunos ante antes aquel aquella aquellas aquellos aqui asi"
    " aun aunque cada como con contra cual cuales cualquier cuando cuya cuyo de debe deben del desde"
    " donde dos durante e el ella ellas ello ellos en entre era eran es esa esas ese eso esos esta"
    " estaba estado estan estar estas este esto estos fue fueron ha han hasta hay la las le les lo"
    " los mas me mediante mi mientras mis misma mismo mucho muy ni no nos nosotros nuestra nuestro o"
    " os otra otras otro otros para pero poco por porque pues que quien quienes se segun ser si sido"
    " siempre sin sino sobre solo son su sus tal tambien tan tanto te tiene tienen toda todas todo"
    " todos tras tu tus u un una unas uno unos usted ustedes y ya yo" },
  { "it",
    "a abbiamo ad agli ai al alcuni alla alle allo altra altre altri altro anche ancora avere aveva"
    " c'e che chi ci cio coi col come con contro cosa cosi cui d'un d'una da dagli dai dal"
    " dalla dalle dallo degli dei del della delle dello dentro deve devono di dopo dove due durante e"
    " ed egli era erano esse essere essi fra fu gia gli ha hanno ho i il in invece io l'ha la le lei"
    " li lo loro lui ma me mentre mi mia mio molto ne negli nei nel nella nelle nello noi non nostra"
    " nostro o od ogni ora per perche pero piu po poi prima puo qual quale quali quando"
    " quanto quella quelle quelli quello questa queste questi questo qui quindi se secondo sei sempre"
    " senza si sia siamo sono sotto sta stata state stati stato su sua sue sugli sui sul sulla sulle"
    " sullo suo suoi tra tu tutta tutte tutti tutto un un'altra una uno verso vi voi" },
  { "nl",
    "aan aangezien al alle alles als altijd andere ben bij bijvoorbeeld daar daarom dan dat de der"
    " deze die dit doch doen door dus echter een eens elk elke en enkele er erg etc ge geen geweest"
    " haar had hadden heb hebben heeft hem het hier hij hoe hun iemand iets ik in indien is ja je"
    " jij jouw jullie kan kon kunnen maar me meer men met mijn moet moeten na naar naast niet niets"
    " nog nu of om omdat ons onze ook op over reeds te tegen ten ter terwijl toch toen tot u uit uw"
    " van vanaf veel voor wanneer want waren waar waarom was wat we wel welk welke werd werden wie"
    " wij wil wordt worden zal ze zei zelf zich zij zijn zo zoals zodat zonder zou zouden zowel" },
  { "pt",
    "a ainda algum alguma algumas alguns ao aos apenas apos aquela aquele aqueles aquilo as assim"
    " ate cada com como contra cujo da dar das de dela dele deles depois desde dessa desse desta"
    " deste deve devem dois do dos durante e ela elas ele eles em enquanto entre era eram essa essas"
    " esse esses esta estao estas estava este estes eu foi for foram ha isso isto ja la lhe lhes logo"
    " mais mas me mediante mesma mesmo meu minha muito muitos na nao nas nem nenhum nessa nesse nesta"
    " neste no nos nossa nosso num numa o onde os ou outra outras outro outros para pela pelas pelo"
    " pelos pois por porque pode podem quais qual quando quanto que quem sao se segundo seja sem"
    " sempre ser sera seu seus si sido so sob sobre sua suas tal tambem te tem tendo ter teu tinha"
    " toda todas todo todos tu tua um uma umas uns voce voces" },
  /* Written without spaces, so each word is one character; particles and endings are Hiragana. */
  { "ja",
    "あ い う え お か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ ま み"
    " む め も や ゆ よ ら り る れ ろ わ を ん っ ゃ ゅ ょ 何 等" },
  { "zh",
    "的 了 是 在 和 与 及 或 也 都 就 而 但 之 其 所 以 于 为 被 把 从 对 向 吗 呢 吧 啊 么 这 那 哪"
    " 些 什 怎 谁 何 我 你 您 他 她 它 们 有 没 不 请 并 且 因 由 等 个 很 还 又 再 只 才 更 最 会 能 可"
    " 要 应 须 将 给 让 使 则 若 如 到 着 过 得 地 多 少 几" },
};

/* The lists before the first of those are of languages that are told by their words. */
#define N_SPACED (G_N_ELEMENTS (lists) - 2)

/* Adds to each word's set of languages (bit i for lists[i]) the language at `index`. */
static void
add_words (GHashTable *table, const char *words, gsize index)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  for (gsize i = 0; list[i] != NULL; i++)
    {
      guint languages = GPOINTER_TO_UINT (g_hash_table_lookup (table, list[i]));

      if (*list[i] != '\0')
        g_hash_table_insert (table, g_strdup (list[i]), GUINT_TO_POINTER (languages | 1u << index));
    }
}

static gsize
find_language (const char *language)
{
  gsize index = 0;

  while (index < G_N_ELEMENTS (lists) && strcmp (lists[index].language, language) != 0)
    index++;
  return index;
}

typedef struct
{
  GHashTable *folded;
  GHashTable *marked;
} Tables;

/* They live as long as the process and are only read once they are there, by any thread. */
static const Tables *
get_tables (void)
{
  static Tables tables;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      tables.folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      tables.marked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
        add_words (tables.folded, lists[i].words, i);
      for (gsize i = 0; i < G_N_ELEMENTS (marked_lists); i++)
        add_words (tables.marked, marked_lists[i].words, find_language (marked_lists[i].language));
      g_once_init_leave (&ready, 1);
    }
  return &tables;
}

static void
count_hits (guint *hits, GHashTable *table, const char *word)
{
  guint languages = GPOINTER_TO_UINT (g_hash_table_lookup (table, word));

  for (gsize i = 0; languages != 0; i++, languages >>= 1)
    hits[i] += languages & 1;
}

static gboolean
has_marks (const char *word, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) word[i] >= 0x80)
      return TRUE;
  return FALSE;
}

gboolean
sortie_text_is_stop_word (const char *language, const char *folded)
{
  gsize index = find_language (language);
  guint languages = GPOINTER_TO_UINT (g_hash_table_lookup (get_tables ()->folded, folded));

  return index < G_N_ELEMENTS (lists) && (languages >> index & 1) != 0;
}

/* How often the text uses a function word of each language. */
static void
count_all (const char *text, gsize length, guint *hits)
{
  g_autoptr (GArray) words = sortie_text_tokenize (text, length);

  for (guint w = 0; w < words->len; w++)
    {
      SortieSpan span = g_array_index (words, SortieSpan, w);
      const char *word = text + span.start;
      g_autofree char *folded = sortie_text_fold (word, span.end - span.start);

      count_hits (hits, get_tables ()->folded, folded);
      if (has_marks (word, span.end - span.start))
        {
          g_autofree char *valid = g_utf8_make_valid (word, (gssize) (span.end - span.start));
          g_autofree char *lower = g_utf8_strdown (valid, -1);

          count_hits (hits, get_tables ()->marked, lower);
        }
    }
}

/* NULL where no language has enough of them; `alone` (out): whether no other has as many. */
static const char *
find_most_used (const char *text, gsize length, gboolean *alone)
{
  guint hits[G_N_ELEMENTS (lists)] = { 0 };
  gsize best = 0;

  count_all (text, length, hits);
  for (gsize i = 1; i < N_SPACED; i++)
    if (hits[i] > hits[best])
      best = i;
  *alone = TRUE;
  for (gsize i = 0; i < N_SPACED; i++)
    *alone = *alone && (i == best || hits[i] < hits[best]);
  return hits[best] >= GUESS_MIN_HITS ? lists[best].language : NULL;
}

const char *
sortie_text_guess_language (const char *text, gsize length)
{
  gsize read = sortie_text_whole_characters (text, MIN (length, GUESS_BYTES));
  const char *found = sortie_language_of_script (text, read, NULL);
  gboolean alone;

  if (found == NULL)
    found = find_most_used (text, read, &alone);
  return found != NULL ? found : "en";
}

const char *
sortie_text_tell_language (const char *text, gsize length)
{
  gsize read = sortie_text_whole_characters (text, MIN (length, GUESS_BYTES));
  gboolean sure = FALSE;
  const char *found = sortie_language_of_script (text, read, &sure);

  if (found == NULL)
    found = find_most_used (text, read, &sure);
  return sure ? found : NULL;
}

guint
sortie_text_count_stop_words (const char *language, const char *text, gsize length)
{
  gsize read = sortie_text_whole_characters (text, MIN (length, GUESS_BYTES));
  guint hits[G_N_ELEMENTS (lists)] = { 0 };
  gsize index = find_language (language);

  count_all (text, read, hits);
  return index < G_N_ELEMENTS (lists) ? hits[index] : 0;
}
