// Names as schools have them. A name outside the Latin script carries its Latin form, for e-mail addresses:
// `王=wang`.

/** How the people of a culture are named. */
export interface NamePool {
  /** How often it is drawn, against the sum of all. */
  weight: number
  given: readonly string[]
  family: readonly string[]
  /** Two family names, as in Spain and Latin America. */
  hasTwoFamilyNames?: boolean
  /** Now and then a double name with a hyphen. */
  hasHyphens?: boolean
}

const names = (list: string): readonly string[] => list.split(',').map((name) => name.trim())

export const NAME_POOLS: readonly [NamePool, ...NamePool[]] = [
  {
    weight: 30,
    hasHyphens: true,
    given: names(
      'James, Emma, Olivia, Liam, Noah, Ava, Mary Kate, D’Andre, Aaliyah, Isaiah, Grace, Tyler, ' +
      'Jordan, Ella-Rose, Ethan, Chloe, Siobhán, Owen, Zoë, J.'
    ),
    family: names(
      "Smith, Johnson, Williams, O’Neill, O'Connor, D'Angelo, McDonald, Brown, Clark, van der Berg, " +
      'Washington, Price, Murphy, St. John, Ng, Abernathy III, Taylor, Fitzgerald, Hall, Young'
    ),
  },
  {
    weight: 18,
    hasTwoFamilyNames: true,
    given: names(
      'José Luis, María José, Lucía, Mateo, Sofía, Santiago, Ximena, Ángel, Íñigo, Begoña, Diego, ' +
      'Valentina, Joaquín, Inés, Martín'
    ),
    family: names(
      'García, Rodríguez, Muñoz, Peña, Fernández de Córdoba, de la Cruz, Hernández, Ibáñez, Núñez, ' +
      'Álvarez, Martínez, López, Gutiérrez, Zúñiga, Ortiz y Gasset'
    ),
  },
  {
    weight: 8,
    hasHyphens: true,
    given: names(
      'Jean-Baptiste, Françoise, Renée, Jürgen, Anaïs, Käthe, Gaël, André, João, Beatriz, Chiara, ' +
      'Niccolò, Annelies, Joris'
    ),
    family: names(
      'Müller, Groß, Lefèvre, de la Fontaine, Sá, Gonçalves, D’Amico, Weiß, Dubois, van ’t Hoff, ' +
      'Rossi, Schäfer, Conceição, Bäcker'
    ),
  },
  {
    weight: 4,
    given: names('Søren, Åsa, Björn, Þórunn, Ingrid, Aino, Jørgen, Ásdís'),
    family: names('Ångström, Sæther, Jónsdóttir, Mäkelä, Øverås, Lindqvist, Guðmundsson, Hämäläinen'),
  },
  {
    weight: 6,
    given: names('Łukasz, Božena, Jiří, Zdeněk, Agnieszka, Čedomir, Žofia, Dóra, Ștefan, Ionuț'),
    family: names(
      'Dvořáková, Wiśniewski, Kovačević, Nagy, Šťastný, Łukasiewicz, Horváth, Țurcanu, ' +
      'Brzęczyszczykiewicz, Novák'
    ),
  },
  {
    weight: 3,
    given: names('Gülşen, İbrahim, Çağla, Ömer, Ayşe, Işıl'),
    family: names('Yıldız, Öztürk, Şahin, Çelik, Güneş, Kılıç'),
  },
  {
    weight: 5,
    given: names('Thị Minh, Văn Đức, Thùy Dương, Hữu Phước, Ngọc Ánh, Quốc Việt'),
    family: names('Nguyễn, Trần, Phạm, Đặng, Vũ, Huỳnh'),
  },
  {
    weight: 6,
    given: names('Oluwaseun, Chukwuemeka, Amara, Wanjiru, Thandiwe, Kwame, Kaʻiulani, Nomvula, Adébáyọ̀'),
    family: names(
      'Okafor, Nwosu, Ndlovu, Mwangi, Adéyẹmí, Mensah, Keihanaikukauakahihuliheekahaunaele, ' +
      'Venkataramanasubramanian'
    ),
  },
  {
    weight: 5,
    given: names(
      'محمد=mohammed, فاطمة=fatima, أحمد=ahmed, ليلى=layla, عبد الرحمن=abdulrahman, نور=noor, ' +
      'يوسف=yousef'
    ),
    family: names(
      'الحسيني=alhusseini, العلي=alali, حداد=haddad, بن سعيد=binsaeed, الشمري=alshammari, خوري=khoury'
    ),
  },
  {
    weight: 5,
    given: names('小明=xiaoming, 美玲=meiling, 伟=wei, 子涵=zihan, 雨桐=yutong, 浩然=haoran, 欣=xin'),
    family: names('王=wang, 李=li, 张=zhang, 欧阳=ouyang, 陈=chen, 赵=zhao, 黃=huang'),
  },
  {
    weight: 2,
    given: names('さくら=sakura, 陽翔=haruto, 結衣=yui, 蓮=ren'),
    family: names('佐藤=sato, 田中=tanaka, 髙橋=takahashi, 渡邉=watanabe'),
  },
  {
    weight: 2,
    given: names('지우=jiwoo, 민준=minjun, 서연=seoyeon, 하은=haeun'),
    family: names('김=kim, 이=lee, 박=park, 남궁=namgung'),
  },
  {
    weight: 4,
    given: names(
      'Владимир=vladimir, Данило=danylo, Анна-Мария=anna-maria, Наталія=nataliia, Ђорђе=dorde, ' +
      'Алёна=alyona'
    ),
    family: names(
      'Кузнецов=kuznetsov, Шевченко=shevchenko, Иванова=ivanova, Соловьёва=solovyova, ' +
      'Петровић=petrovic, Ґалаґан=galagan'
    ),
  },
  {
    weight: 1,
    given: names('Ελένη=eleni, Γιώργος=giorgos, Κωνσταντίνος=konstantinos'),
    family: names('Παπαδοπούλου=papadopoulou, Οικονόμου=oikonomou, Βλάχος=vlachos'),
  },
  {
    weight: 1,
    given: names('דוד=david, נועה=noa, יעל=yael'),
    family: names('כהן=cohen, לוי=levi, בן־דוד=ben-david'),
  },
  {
    weight: 4,
    given: names('प्रिया=priya, आरव=aarav, अनन्या=ananya, राहुल=rahul, दीक्षा=diksha'),
    family: names('शर्मा=sharma, पटेल=patel, सिंह=singh, श्रीवास्तव=shrivastava, अग्रवाल=agrawal'),
  },
  {
    weight: 2,
    given: names('สมชาย=somchai, ნინო=nino, Անի=ani, ሰላም=selam, மலர்=malar'),
    family: names('ศรีสุวรรณ=srisuwan, ბერიძე=beridze, Հակոբյան=hakobyan, ተስፋዬ=tesfaye, முருகன்=murugan'),
  },
  {
    // People with one name: it is the family name, and the given name is empty.
    weight: 2,
    given: [],
    family: names('Sukarno, Suharti, Sita, தமிழ்ச்செல்வி=tamilselvi, Teller, བསྟན་འཛིན=tenzin'),
  },
]
