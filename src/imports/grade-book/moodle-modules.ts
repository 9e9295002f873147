// What Moodle calls its activities in other languages than English, in lower case: the titles of their
// columns begin with these words and a colon.

const NAMES = {
  de:
    'abstimmung|anwesenheit|aufgabe|aufgabe 2.2 (deaktiviert)|befragung|bigbluebutton|buch|chat|' +
    'datenbank|externes tool|feedback|fortschrittsliste|forum|gegenseitige beurteilung|glossar|h5p|' +
    'hotpot|journal|lektion|lernpaket|link/url|moodleoverflow|spiel|studentquiz|test|textseite|' +
    'umfrage|unterabschnitt|wiki|zertifikat',
  es:
    'asistencia|base de datos|bigbluebutton|certificado|certificado personalizado|chat|consulta|' +
    'cuestionario|diario|encuesta|encuestas predefinidas|examenestudiante (studentquiz)|foro|' +
    'glosario|h5p|herramienta externa|hotpot|juego|lección|libro|lista de verificación|' +
    'moodleoverflow|paquete scorm|página|subsección|taller|tarea|tarea 2.2 (deshabilitado)|url|wiki',
  fr:
    'atelier|base de données|bigbluebutton|certificat|certificat personnalisé|chat|consultation|' +
    'devoir|devoir 2.2 (désactivé)|feedback|forum|glossaire|h5p|hot potatoes|jeu|journal|leçon|' +
    'liste des tâches|livre|moodleoverflow|outil externe|page|paquetage scorm|présence|' +
    'questionnaire|sondage|sous-section|test|test étudiant|url|wiki',
  it:
    'bigbluebutton|certificato|certificato personalizzato|chat|compito|compito 2.2 (disabilitato)|' +
    'database|diario|feedback|forum|gioco|glossario|h5p|lezione|libro|pacchetto scorm|pagina|' +
    'presenze|questionario|quiz|quiz hot potatoes|scelta|sondaggio|sottosezione|studentquiz|' +
    'tool esterno|url|wiki|workshop',
  nl:
    'aanwezigheid|bigbluebutton|boek|certificaat|chat|controlelijst|custom certificaat|databank|' +
    'enquête|externe tool|feedbackformulier|forum|h5p|hotpot|keuze|les|logboek|onderzoek|opdracht|' +
    'opdracht 2.2 (uitgeschakeld)|pagina|scorm-pakket|spel|studentquiz|subsectie|test|url|wiki|' +
    'woordenlijst|workshop',
  pl:
    'adres url|ankieta|baza danych|certyfikat|certyfikat niestandardowy|czat|dziennik|forum|' +
    'frekwencja|gra|głosowanie|h5p|książka|kwestionariusz|lekcja|lista|narzędzie zewnętrzne|' +
    'opinia zwrotna|pakiet scorm|quiz hot potatoes|strona|słownik pojęć|terminarz|test (quiz)|' +
    'warsztat|wiki|zadanie|zadanie 2.2 (wyłączone)',
  pt:
    'assiduidade|auto-teste|base de dados|bigbluebutton|certificado|certificado personalizado|chat|' +
    'checklist|diário|ferramenta externa|fórum|glossário|h5p|inquérito|inquérito predefinido|jogo|' +
    'livro|lição|moodleoverflow|pacote scorm|página|questionário|sondagem|subsecção|teste|' +
    'teste hot potatoes|trabalho|trabalho 2.2 (desativado)|url|wiki|workshop',
  pt_br:
    'atividade hot potatoes|base de dados|bigbluebutton|certificado|certificado personalizado|chat|' +
    'checklist|diário|enquete|escolha|ferramenta externa|fórum|glossário|h5p|jogo|' +
    'laboratório de avaliação|livro|lição|moodleoverflow|organizador|pacote scorm|pesquisa|' +
    'pesquisa de avaliação|presença|página|questionário|studentquiz|tarefa|' +
    'tarefa (2.2) (desabilitado)|url|wiki',
  sv:
    'bigbluebutton|bok|certifikat|chat|checklista|databas|enkät|externt verktyg|forum|h5p|' +
    'hot potatoes test|inlämningsuppgift|kunskapstest|lektion|närvaro|omröstning|ordlista|' +
    'scormpaket|sida|spel|studentquiz|uppgift 2.2 (inaktiverad)|url|utvecklingskontakt|wiki|' +
    'workshop|återkoppling',
  ja:
    'bigbluebutton|h5p|hotpot|moodleoverflow|scormパッケージ|url|wiki|アンケート|カスタム証明書|サブセクション|スチューデントクイズ|' +
    'チェックリスト|チャット|データベース|フィードバック|フォーラム|ブック|ページ|レッスン|ワークショップ|出欠|外部ツール|小テスト|投票|日誌|用語集|課題|課題2.2 (無効)|' +
    '調査',
  zh_cn:
    'bigbluebutton|h5p|hotpot|scorm 课件|wiki协作|互评|作业|作业2.2（已禁用）|反馈|图书|外部工具|学生小测验|心得报告|投票|数据库|测验|游戏|' +
    '程序教学|网页|网页地址|考勤|聊天|讨论区|证书|词汇表|问卷调查',
  ca:
    'assistència|base de dades|certificat|certificat personalitzat|consulta|diari|eina externa|' +
    'enquesta|fòrum|glossari|h5p|joc|llibre|lliçó|paquet scorm|pàgina|questionnaire|qüestionari|' +
    'qüestionari hot potatoes|retroalimentació|studentquiz|subsecció|taller|tasca|' +
    'tasca (2.2) (inhabilitada)|url|wiki|xat',
  el:
    'bigbluebutton|h5p|hotpot|moodleoverflow|wiki|έρευνα|ανάθεση εργασίας|ανατροφοδότηση|' +
    'βάση δεδομένων|βιβλίο|γλωσσάριο|διδασκαλία|διεύθυνση url|εξωτερικό εργαλείο|επιλογή|' +
    'εργασία 2.2 (απενεργοποιημένη)|εργαστήριο|ερωτηματολόγιο|κουίζ|κουίζ μαθητή|λίστα ελέγχου|' +
    'παιχνίδι|πακέτο scorm|παρουσίες|πιστοποιητικό|προσαρμοσμένο πιστοποιητικό|σελίδα|συνομιλία|' +
    'φόρουμ|χρονικό',
  eu:
    'azpi-atala|bertaratzearen erregistroa|bigbluebutton|datu-basea|egunkaria|foroa|galdeketa|' +
    'galdetegia|glosarioa|h5p|hausnarketa|hotpot|ikasgaia|ikasle-galdetegia|inkesta|jolasa|' +
    'kanpoko tresnak|kontsulta|liburua|orria|scorm paketea|tailerra|txat-gela|urla|wikia|zeregina|' +
    'zeregina 2.2 (desgaituta)|ziurtagiri pertsonalizatua|ziurtagiria',
  gl:
    'asistencia|base de datos|bigbluebutton|certificado|comentarios|conversa|cuestionario|' +
    'cuestionario de estudiante|diario|enquisa|escolla|exame hot potatoes|ferramenta externa|foro|' +
    'glosario|h5p|lección|libro|paquete scorm|proba|páxina|taller|tarefa|tarefa 2.2 (desactivada)|' +
    'url|wiki',
  ko:
    'hotpot|url|간편설문|과제|과제 2.2 (비활성화됨)|대화방|데이터베이스|상호평가|설문지|스콤 패키지|완전학습|외부 도구|용어집|웹페이지|위키|저널|전자 책|조사|' +
    '출석부|퀴즈|포럼|피드백(설문)',
  lt:
    'anketa|apklausa|atsiliepimas|bigbluebuttonbn|dalyvavimas|diskusijų forumas|duomenų bazė|h5p|' +
    'išorinis įrankis|knyga|kontrolinis sąrašas|pamoka|pasirinkimas|pasirinktinis pažymėjimas|' +
    'pokalbis|poskyris|puslapis|scorm paketas|seminaras|testas|url|užduotis|' +
    'užduotis (2.2) (išjungta)|vikis|žaidimas|žodynas|žurnalas',
  ro:
    'alegere|atelier|bază de date|bigbluebutton|cameră de discuții|carte|certifcat|checklist|' +
    'chestionar|feedback|forum|glosar|h5p|hotpot|instrument extern|joc|jurnal|lecţie|legătură|' +
    'moodleoverflow|pachet scorm|pagină|prezență|sarcină de lucru|sondaj|subsecțiune|' +
    'tema 2.2 (dezactivat)|test|wiki',
  ru:
    'h5p|hotpot|анкета|анкетный опрос|база данных|видеоконференция bigbluebutton|вики|' +
    'внешний инструмент|гиперссылка|глоссарий|задание|задание 2.2 (отключено)|игра|книга|' +
    'контрольный список|лекция|обратная связь|опрос|пакет scorm|подсекция|посещаемость|' +
    'рабочая тетрадь|семинар|сертификат|страница|студтест|тест|форум|чат',
  tr:
    'alt bölüm|anket (geri bildirim)|anket (hazır ölçekli)|anket (mini)|anket (soru tabanlı form)|' +
    'bigbluebuttonbn|ders|forum|günlük|h5p|harici araç|hot potatoes sınavı|kitap|oyun|sayfa|' +
    'scorm paketi|sohbet|sözlük|sınav|url|veritabanı|wiki|yoklama|çalıştay|ödev|' +
    'ödev 2.2 (devre dışı)|özel sertifika',
  uk:
    'bigbluebuttonbn|h5p|scorm пакет|url (веб-посилання)|анкета|база даних|вибір|відвідування|вікі|' +
    'глосарій|журнал|завдання|завдання 2.2 (відключено)|зворотний зв’язок|зовнішній засіб|книга|' +
    'контрольний список|семінар|сертифікат|спеціальний сертифікат|сторінка|тест|урок|форум|чат|ігри',
}

/** Names of activities in these languages. */
export const TRANSLATED_MODULES: ReadonlySet<string> = new Set(
  Object.values(NAMES).flatMap((names) => names.split('|'))
)
