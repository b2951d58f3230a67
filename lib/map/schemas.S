/* The schema files, as they are, in the program's read-only data. */

#define SCHEMA(name, file)         \
	.globl nq_schema_##name##_start; \
	nq_schema_##name##_start:        \
	.incbin file;                    \
	.globl nq_schema_##name##_end;   \
	nq_schema_##name##_end:          \
	.byte 0

	.section .rodata
	SCHEMA(supplier, "lib/map/schemas/supplier.json")
	SCHEMA(organization, "lib/map/schemas/organization.json")
	SCHEMA(purchaseorder, "lib/map/schemas/purchaseorder.json")
	SCHEMA(purchaseorderline, "lib/map/schemas/purchaseorderline.json")
	SCHEMA(receipt, "lib/map/schemas/receipt.json")
	SCHEMA(payment, "lib/map/schemas/payment.json")

	.section .note.GNU-stack, "", %progbits
