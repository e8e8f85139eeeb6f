"""Files for bulk write (Zoho CRM v8, upload): zips that stay until a job takes them."""

from __future__ import annotations

import io
import re
import zipfile

from zoho_console.simulator.answers import Answer, Refusal
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.world import World

MAX_BYTES = 25 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


class Uploads:
    """`POST /crm/v8/upload`, which Zoho serves on a host of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._files: dict[str, dict[str, bytes]] = {}

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        return [Endpoint("POST", "/crm/v8/upload", ("ZohoFiles.files.ALL",), self.take, slow=True)]

    def members(self, file_id: str) -> dict[str, bytes] | None:
        """The files inside an uploaded zip by their names; None for an id nobody knows."""
        return self._files.get(file_id)

    def take(self, call: Call) -> Answer:
        """Keep a zip; the headers `feature` and `X-CRM-ORG` say what for and for whom."""
        headers = {name.lower(): value for name, value in call.headers.items()}
        for name in ("feature", "x-crm-org"):
            if not headers.get(name):
                raise Refusal("MANDATORY_NOT_FOUND", f"Required key {name} is not available")
        if headers["feature"] != "bulk-write":
            raise Refusal(
                "NOT_SUPPORTED_FEATURE", "The given feature is not supported", {"feature": headers["feature"]}
            )
        if headers["x-crm-org"] != self._world.organisation["zgid"]:
            raise Refusal("INVALID_DATA", "Invalid data - x-crm-org")
        content = _file_part(headers.get("content-type", ""), call.raw)
        if len(content) > MAX_BYTES:
            raise Refusal("INVALID_DATA", "Import file size should be less than 25 mb.")
        file_id = self._world.new_ids()[0]
        self._files[file_id] = _unpacked(content)
        details = {"file_id": file_id, "created_time": self._world.moment(self._world.now())}
        answer = {"status": "success", "code": "FILE_UPLOAD_SUCCESS", "message": "file uploaded.", "details": details}
        return Answer(answer)


def _file_part(content_type: str, raw: bytes) -> bytes:
    """The content of the part `file` of a multipart body. Errors: Refusal if there is none."""
    boundary = _BOUNDARY.search(content_type)
    parts = raw.split(b"--" + boundary[1].encode()) if boundary else []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        if re.search(rb'name="?file"?', head):
            return content.removesuffix(b"\r\n")
    raise Refusal("MANDATORY_NOT_FOUND", "Required key file is not available", {"api_name": "file"})


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Refusal("FILE_TOO_LARGE", "File size too large to process", status=413)
            return {member.filename: archive.read(member) for member in members}
    except zipfile.BadZipFile as error:
        raise Refusal("INVALID_FILE_FORMAT", "invalid file format. only zip format is supported") from error
