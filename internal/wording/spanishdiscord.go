package wording

// What the adapter for Discord says by itself, in Spanish.

func spanishDiscord() map[string]string {
	return map[string]string{
		"Yes":                        "Sí",
		"Change it":                  "Cambiarlo",
		"Here it is, for everybody:": "Aquí está, para todos:",
		"This button is too old. Please type the command.": "Este botón es demasiado antiguo. Por favor, escriba el comando.",
		"This form is too old. Please type the command.":   "Este formulario es demasiado antiguo. Por favor, escriba el comando.",
		"me, or an address such as %s/123456789":           "me, o una dirección como %s/123456789",
	}
}
