"""Split, build and check the manifest before anything is sent; then upload it with the photos."""

import streamlit as st

from core.aws import buckets, storage
from core.dataset import manifests, photos, upload
from core.manifest.doctor import Group
from core.ui import foreign, gallery, messages, pages, progress, state
from core.ui.splitting import kept_apart, leaking, moving, sides
from core.ui.words import count, plain

messages.opening("Manifest", "Split the photos, build the manifest, and know what Rekognition will say of it before "
                 "anything is sent.")
project = state.required()
which = st.segmented_control("Manifest", ("This project's", "From elsewhere"), default="This project's", required=True,
                             key="manifest_which", label_visibility="collapsed")
if which == "From elsewhere":
    foreign.examine(project)
    st.stop()
if progress.on_page(project, "upload"):
    st.stop()
state.failure(project, "upload")

clients = state.clients(project)
with state.errors_end_page():
    bucket = storage.bucket_name(clients, project)
    built = manifests.build(project, bucket)
    examined = manifests.examine_project(project, built)

st.subheader("Split", anchor=False)
sides.draw(project, built)
moving.draw(project, built)
leaking.draw(project, built)
kept_apart.draw(project, built)

st.subheader("What Rekognition will say", anchor=False)
(st.success if examined.ok else st.error)(
    plain(examined.sentence), icon=":material/check_circle:" if examined.ok else ":material/error:")


def show(group: Group) -> None:
    """One of AWS's codes: in plain words, with the photos of its lines."""
    st.markdown(f"{plain(group.plain)} AWS says: “{plain(group.message)}”")
    listed = manifests.photo_lines(built, testing=group.manifest == "testing")
    entries = [listed[number] for number in group.lines if number in listed]
    if entries:
        gallery.gallery([gallery.Tile(str(entry.photo_id), entry.name,
                                      gallery.picture(str(project.thumbnails), originals.get(entry.photo_id, "")))
                         for entry in entries], f"manifest {group.manifest} {group.code}", single=True)
    if group.mend:
        st.caption(plain(group.mend))


originals = {photo.id: photo.facts.sha256 for photo in photos.photos(project) if photo.facts}
for group in examined.groups:
    about = "both manifests" if group.manifest == "both" else f"the {group.manifest} manifest"
    with st.expander(f"{group.code}: {count(len(group.lines), 'line') + ' of ' if group.lines else ''}{about}"):
        show(group)
for note in examined.notes:
    st.warning(plain(note))
if built.left_out:
    with st.expander(f"{count(len(built.left_out), 'labelled photo')} not in the manifest"):
        st.dataframe([{"photo": left.name, "why": left.reason} for left in built.left_out], hide_index=True)

with st.expander("The manifest, line by line"):
    first = built.training.split("\n", 1)[0]
    st.code(first, language="json", wrap_lines=True)
    with st.container(horizontal=True):
        st.download_button("Download train.manifest", built.training, "train.manifest", "application/jsonlines",
                           icon=":material/download:")
        st.download_button("Download test.manifest", built.testing, "test.manifest", "application/jsonlines",
                           icon=":material/download:", disabled=not built.testing)

st.subheader("Upload", anchor=False)
uploaded = upload.is_current(project, built)
st.caption(f"{count(len(built.pictures), 'photo')} and both manifests go to `s3://{bucket}/{project.name}/`. "
           "What is there already is not sent again.")
with state.errors_shown():
    seen = upload.inspect_bucket(project, clients, bucket)
    if not seen.exists:
        st.caption(f"The bucket will be made in {clients.region}, encrypted and closed to the public.")
    for concern in seen.concerns:
        st.warning(plain(concern.text), icon=":material/gpp_maybe:")
    for way in dict.fromkeys(concern.mend for concern in seen.concerns if concern.mend):
        if st.button(buckets.MENDS[way], icon=":material/healing:"):
            upload.mend_bucket(project, clients, bucket, way)
            st.rerun()
if uploaded:
    st.success("Everything is in S3, as it is shown here.", icon=":material/cloud_done:")
with st.container(horizontal=True):
    if st.button("Upload again" if uploaded else "Upload photos and manifest", icon=":material/cloud_upload:",
                 type="secondary" if uploaded else "primary"):
        state.start(project, "upload", "Uploading photos and manifest", upload.upload)
    with st.popover("Another bucket", icon=":material/folder_data:"), st.form("bucket", border=False):
        name = st.text_input("Bucket", project.get("bucket") or "", placeholder="The usual one of this account",
                             help="Rekognition reads photos only from a bucket in the project's region.")
        if st.form_submit_button("Use this bucket"):
            with state.errors_shown():
                upload.choose_bucket(project, name.strip())
                st.rerun()
pages.way_on("model/train", "On to training")
