package wording

// What everybody reads, in Spanish.

func spanishPosts() map[string]string {
	return map[string]string{
		"Problem with %s":         "Problema con %s",
		"We are looking into it.": "Lo estamos revisando.",
		"%s is working again":     "%s funciona de nuevo",
		"%s are working again":    "%s funcionan de nuevo",

		"It began %s.":                                "Empezó: %s.",
		"It began %s, and again %s.":                  "Empezó: %s, y de nuevo: %s.",
		"This is about %s.":                           "Se trata de %s.",
		"This was about":                              "Se trataba de esto",
		", corrected %s":                              ", corregido: %s",
		"Corrected %s.":                               "Corregido: %s.",
		"We will post again by %s.":                   "Daremos más noticias a más tardar a esta hora: %s.",
		"We will post again as soon as we know more.": "Daremos más noticias en cuanto sepamos algo.",
		"If you see this twice: it is one message about %s.":                  "Si ve esto dos veces: es un solo mensaje sobre %s.",
		"This continues our earlier post.":                                    "Este mensaje continúa el anterior.",
		"The earlier post cannot be changed any more: please go by this one.": "El mensaje anterior ya no se puede cambiar: por favor, guíese por este.",
		"Status page":       "Página de estado",
		"Status page of %s": "Página de estado de %s",
		"DRILL: ":           "SIMULACRO: ",
		"This is a drill. Nobody outside this channel sees it.": "Esto es un simulacro. Nadie lo ve fuera de este canal.",

		"Resolved: %s.":               "Resuelto: %s.",
		"%s; it is working again.":    "%s; ya funciona de nuevo.",
		"%s; they are working again.": "%s; ya funcionan de nuevo.",
		"%s from %s to %s":            "%s desde %s hasta %s",
		"Please ignore our message about %s: it was a mistake":                   "No haga caso de nuestro mensaje sobre %s: fue un error",
		"There was no such problem. We are sorry for the trouble.":               "No hubo tal problema. Disculpe las molestias.",
		"News about %s now comes under %s":                                       "Las noticias sobre %s se dan ahora en %s",
		"We found that it is the same problem. You need not look here any more.": "Hemos visto que es el mismo problema. Ya no hace falta que mire aquí.",

		"Update on %s (%s)":                  "Noticias sobre %s (%s)",
		"It got worse: %s":                   "Ha empeorado: %s",
		"It got better: %s":                  "Ha mejorado: %s",
		"It is one problem: %s":              "Es un solo problema: %s",
		"Correction":                         "Corrección",
		"Correction: %s":                     "Corrección: %s",
		"Before, we named %s.":               "Antes hablamos de %s.",
		"This replaces our message of %s.":   "Esto sustituye nuestro mensaje de %s.",
		"%s (%s at once)":                    "%s (%s a la vez)",
		"Not shown here: 1 older message.":   "No se muestra aquí 1 mensaje anterior.",
		"Not shown here: %s older messages.": "No se muestran aquí %s mensajes anteriores.",

		"While this channel was quiet: %s":                  "Mientras este canal estaba en silencio: %s",
		"While this channel was quiet, %s things happened:": "Mientras este canal estaba en silencio pasaron %s cosas:",
		"And %s more.": "Y %s más.",
		"%s Since %s.": "%s Desde: %s.",

		"This is a test post: news will reach this channel like this.\nNothing has happened; please ignore it.": "Este es un mensaje de prueba: así llegarán las noticias a este canal.\nNo ha pasado nada; no le haga caso.",
	}
}

func spanishWords() map[string]string {
	return map[string]string{
		"working":              "en servicio",
		"slow":                 "con lentitud",
		"partly not available": "disponible solo en parte",
		"not available":        "no disponible",
		"planned work":         "trabajo programado",
		"not known":            "sin datos",

		"investigating": "en investigación",
		"identified":    "causa identificada",
		"monitoring":    "en observación",
		"resolved":      "resuelto",

		"1 service":          "1 servicio",
		"%s services":        "%s servicios",
		"1 more service":     "1 servicio más",
		"%s more services":   "%s servicios más",
		"1 message":          "1 mensaje",
		"%s messages":        "%s mensajes",
		"1 day":              "1 día",
		"%s days":            "%s días",
		"1 hour":             "1 hora",
		"%s hours":           "%s horas",
		"1 minute":           "1 minuto",
		"%s minutes":         "%s minutos",
		"1 second":           "1 segundo",
		"%s seconds":         "%s segundos",
		"less than a second": "menos de un segundo",
	}
}

func spanishNotices() map[string]string {
	return map[string]string{
		"We cannot reach the channel %s any more (%s). It hears nothing until it is back; we look once a day.": "Ya no podemos llegar al canal %s (%s). No recibe nada hasta que vuelva; lo miramos una vez al día.",
		"%s was not told of %s (%s). Please tell the people there.":                                            "%s no recibió el aviso de %s (%s). Por favor, avise a quienes están allí.",
		"The post about %s in %s shows an old text (%s). Its thread has the newest.":                           "El mensaje sobre %s en %s muestra un texto antiguo (%s). El más reciente está en su hilo.",
		"%s refuses our app (%s), so nothing is told there. Please check the app and its token.":               "%s rechaza nuestra aplicación (%s), así que allí no se avisa de nada. Por favor, revise la aplicación y su token.",
		"We hear nothing from %s, so commands and buttons do not work there. %s.":                              "No nos llega nada de %s, así que allí no funcionan ni los comandos ni los botones. %s.",
		"We hear %s again. Please type once more what was not answered.":                                       "Ya nos llega de nuevo lo de %s. Por favor, escriba otra vez lo que quedó sin respuesta.",
		"The backup of this night failed (%s). Please look at backup_dir in [storage]; the log says more.":     "La copia de seguridad de esta noche ha fallado (%s). Por favor, revise backup_dir en [storage]; el registro dice más.",
		"I was away %s to %s.":              "Estuve ausente de %s a %s.",
		"Open: %s.":                         "Abierto: %s.",
		"nothing":                           "nada",
		"No post was missed.":               "No faltó ningún mensaje.",
		"1 post caught up: %s.":             "Se avisa ahora de 1 cosa: %s.",
		"%s posts caught up: %s.":           "Se avisa ahora de %s cosas: %s.",
		"%s, end is due %s":                 "%s, fin previsto: %s",
		"%s, end was due %s":                "%s, debía acabar: %s",
		"%s, start held, end was due %s":    "%s, comienzo aplazado, debía acabar: %s",
		"%s began %s as planned.":           "%s empezó como estaba previsto: %s.",
		"%s was to begin %s and to end %s.": "%s debía empezar: %s, y acabar: %s.",
		"%s, update is due %s":              "%s, noticias previstas: %s",
		"%s, update was due %s":             "%s, noticias atrasadas: %s",
		"an unknown time":                   "hora desconocida",
		"The record was restored from a backup of %s. What was done since is not in it.": "El registro se restauró de una copia de %s. Lo que se hizo después no está en él.",
		"Open in it: %s.":              "Abierto en él: %s.",
		"Nothing was left to be told.": "No quedaba nada por avisar.",
		"Some channels had still to hear of %s. It is not told again, as it may have been told: please look, and say how it stands.": "A algunos canales les faltaba saber de %s. No se avisa otra vez, pues quizá ya se avisó: por favor, mire y diga cómo está.",
	}
}
