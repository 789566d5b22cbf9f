package clock

// month reads the name of a month at the start of b, in any case and with a dot behind it if it is cut, or a number
// with the sign for month. It returns the number of bytes read, 0 for no month.
func month(b []byte) (number, n int) {
	if len(b) >= 3 && !(len(b) > 3 && (isLetter(b[3]) || b[3] == '.')) {
		if m := english(b[0]|0x20, b[1]|0x20, b[2]|0x20); m > 0 {
			return m, 3
		}
	}
	var low [20]byte
	for n < len(b) && n < len(low) && isLetter(b[n]) {
		switch c := b[n]; {
		case c < 0x80:
			low[n] = c | 0x20
		case n > 0 && b[n-1] == 0xc3 && c < 0xa0: // É
			low[n] = c + 0x20
		case n > 0 && b[n-1] == 0xd0 && c >= 0x90 && c < 0xa0: // А to П
			low[n] = c + 0x20
		case n > 0 && b[n-1] == 0xd0 && c >= 0xa0 && c < 0xb0: // Р to Я
			low[n-1], low[n] = 0xd1, c-0x20
		default:
			low[n] = c
		}
		n++
	}
	if n == 0 {
		return numbered(b)
	}
	number = named(low[:n])
	if number == 0 {
		return 0, 0
	}
	if n < len(b) && b[n] == '.' {
		n++
	}
	return number, n
}

func english(a, b, c byte) int {
	switch uint32(a)<<16 | uint32(b)<<8 | uint32(c) {
	case 'j'<<16 | 'a'<<8 | 'n':
		return 1
	case 'f'<<16 | 'e'<<8 | 'b':
		return 2
	case 'm'<<16 | 'a'<<8 | 'r':
		return 3
	case 'a'<<16 | 'p'<<8 | 'r':
		return 4
	case 'm'<<16 | 'a'<<8 | 'y':
		return 5
	case 'j'<<16 | 'u'<<8 | 'n':
		return 6
	case 'j'<<16 | 'u'<<8 | 'l':
		return 7
	case 'a'<<16 | 'u'<<8 | 'g':
		return 8
	case 's'<<16 | 'e'<<8 | 'p':
		return 9
	case 'o'<<16 | 'c'<<8 | 't':
		return 10
	case 'n'<<16 | 'o'<<8 | 'v':
		return 11
	case 'd'<<16 | 'e'<<8 | 'c':
		return 12
	}
	return 0
}

// named knows the names that mean one month in all languages of the package.
func named(name []byte) int {
	switch string(name) {
	case "jan", "january", "januar", "jän", "jänner", "januari", "janv", "janvier", "ene", "enero", "gen", "gennaio",
		"janeiro", "tammi", "tammikuu", "oca", "ocak", "янв", "января", "一月":
		return 1
	case "feb", "february", "februar", "februari", "fév", "févr", "février", "fevr", "fevrier", "febrero", "febbraio",
		"fev", "fevereiro", "helmi", "helmikuu", "şub", "şubat", "фев", "февр", "февраля", "二月":
		return 2
	case "mar", "march", "mär", "mrz", "märz", "mars", "marzo", "março", "mrt", "maart", "marts", "maalis", "maaliskuu",
		"mart", "мар", "марта", "三月":
		return 3
	case "apr", "april", "avr", "avril", "abr", "abril", "aprile", "huhti", "huhtikuu", "nis", "nisan", "апр", "апреля",
		"四月":
		return 4
	case "may", "mai", "mayo", "mag", "maggio", "maio", "mei", "maj", "touko", "toukokuu", "mayıs", "мая", "май", "五月":
		return 5
	case "jun", "june", "juni", "juin", "junio", "giu", "giugno", "junho", "kesä", "kesäkuu", "haz", "haziran", "июн",
		"июня", "六月":
		return 6
	case "jul", "july", "juli", "juil", "juillet", "julio", "lug", "luglio", "julho", "heinä", "heinäkuu", "tem",
		"temmuz", "июл", "июля", "七月":
		return 7
	case "aug", "august", "août", "aout", "ago", "agosto", "augustus", "augusti", "elo", "elokuu", "ağu", "ağustos",
		"авг", "августа", "八月":
		return 8
	case "sep", "sept", "september", "septembre", "septiembre", "set", "settembre", "setembro", "syys", "syyskuu", "eyl",
		"eylül", "сен", "сент", "сентября", "九月":
		return 9
	case "oct", "october", "okt", "oktober", "octobre", "octubre", "ott", "ottobre", "out", "outubro", "loka", "lokakuu",
		"eki", "ekim", "окт", "октября", "十月":
		return 10
	case "nov", "november", "novembre", "noviembre", "novembro", "marras", "marraskuu", "kas", "kasım", "ноя", "нояб",
		"ноября", "十一月":
		return 11
	case "dec", "december", "dez", "dezember", "déc", "décembre", "decembre", "dic", "diciembre", "dicembre", "dezembro",
		"des", "desember", "joulu", "joulukuu", "ara", "aralık", "дек", "декабря", "十二月":
		return 12
	}
	return 0
}

// numbered reads 5月 and 5월.
func numbered(b []byte) (v, n int) {
	v, n = number(b, 0, 2)
	if n == 0 || v < 1 || v > 12 || len(b) < n+3 {
		return 0, 0
	}
	if s := string(b[n : n+3]); s != "月" && s != "월" {
		return 0, 0
	}
	return v, n + 3
}

// weekday returns the length of the English name of a weekday with what follows it, 0 if there is none.
func weekday(b []byte) int {
	if len(b) < 4 {
		return 0
	}
	switch string(b[:3]) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
	default:
		return 0
	}
	n := 3
	for n < len(b) && n < 9 && isLetter(b[n]) {
		n++
	}
	if n < len(b) && b[n] == ',' {
		n++
	}
	if n < len(b) && b[n] == ' ' {
		return n + 1
	}
	return 0
}
