package wording

// What is said of sorry pages to staff, in Spanish.

func spanishSorryStaff() map[string]string {
	return map[string]string{
		"Put up the sorry page of %s":            "Poner la página de disculpa de %s",
		"Take down the sorry page of %s":         "Quitar la página de disculpa de %s",
		"Leave the sorry page of %s to the rule": "Dejar la página de disculpa de %s a la regla",
		"The sorry page of %s is up.":            "La página de disculpa de %s está puesta.",
		"The sorry page of %s is up: %s.":        "La página de disculpa de %s está puesta: %s.",
		"The sorry page of %s is down.":          "La página de disculpa de %s está quitada.",
		"The sorry page of %s stays down.":       "La página de disculpa de %s sigue quitada.",
		"It comes down by itself when what goes on about the service is over; %s takes it down before.": "Se quita por sí sola cuando termine lo que haya sobre el servicio; %s la quita antes.",
		"It comes down by itself when %s is over; %s takes it down before.":                             "Se quita por sí sola cuando termine %s; %s la quita antes.",
		"It stays so until %s.":                                                  "Sigue así hasta %s.",
		"It stays so until %s is over, or until %s.":                             "Sigue así hasta que termine %s, o hasta %s.",
		"planned work goes on (%s)":                                              "hay un trabajo programado en curso (%s)",
		"our own check sees the failure of %s too":                               "nuestra propia comprobación también ve el fallo de %s",
		"our own check and another monitor see it fail":                          "nuestra propia comprobación y otro monitor ven que falla",
		"somebody put it up":                                                     "alguien la puso",
		"The sorry page of %s is down again: people are let through.":            "La página de disculpa de %s se ha quitado: ya se deja pasar.",
		"The sorry page of %s is up: %s. service sorry %s off takes it down.":    "La página de disculpa de %s está puesta: %s. service sorry %s off la quita.",
		"The sorry pages of %s are down again: people are let through.":          "Las páginas de disculpa de %s se han quitado: ya se deja pasar.",
		"The sorry pages of %s are up: %s. service sorry %s off takes one down.": "Las páginas de disculpa de %s están puestas: %s. service sorry %s off quita una.",
		"Sorry page up: %s.":                                                     "Página de disculpa puesta: %s.",
		"Sorry page kept down.":                                                  "La página de disculpa se mantiene quitada.",
		"Up: people see the sorry page":                                          "Puesta: la gente ve la página de disculpa",
		"Down: people are let through":                                           "Quitada: se deja pasar",
		"As the rule says":                                                       "Como diga la regla",
		"For the audit.":                                                         "Para el registro de cambios.",
		"Sorry page":                                                             "Página de disculpa",
		"Up: %s":                                                                 "Puesta: %s",
		"%s has no sorry page.":                                                  "%s no tiene página de disculpa.",
		"An admin can give it one in the configuration: sorry_page = true":       "La administración puede dársela en la configuración: sorry_page = true",
		"The sorry page of %s is up already.":                                    "La página de disculpa de %s ya está puesta.",
		"The sorry page of %s is down already.":                                  "La página de disculpa de %s ya está quitada.",
		"It is not said what is to become of the sorry page of %s.":              "No se dice qué hacer con la página de disculpa de %s.",
		"Say on, off or auto; like: %s":                                          "Diga on, off o auto; por ejemplo: %s",
		"word for a sorry page":                                                  "la palabra para una página de disculpa",
		"Puts up the sorry page of a service, or takes it down.":                 "Pone la página de disculpa de un servicio, o la quita.",
		"on closes the gate: people see the sorry page. off keeps it open. Both hold until what goes on is over: resolve, retract, complete and cancel leave the gate to the rule, and so does auto. By the rule it closes in planned work with the effect down. With gate = \"auto\" it also closes when our own check and a person or another monitor agree.": "on cierra el paso: la gente ve la página de disculpa. off lo mantiene abierto. Ambas valen hasta que termine lo que haya: resolve, retract, complete y cancel lo dejan a la regla, y auto también. Por la regla se cierra en trabajos programados con el efecto down. Con gate = \"auto\" se cierra además cuando coinciden nuestra propia comprobación y una persona u otro monitor.",
	}
}
