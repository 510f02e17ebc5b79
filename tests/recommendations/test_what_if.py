import pytest
from django.urls import reverse
from tests import factories

@pytest.mark.django_db
def test_smoke(client):
    s = factories.make_submission(); factories.make_programme()
    factories.make_report(s, full=True)
    session = client.session; session["submissions"]=[s.reference]; session.save()
    url = reverse("recommendations:what_if", args=[s.reference])
    r = client.get(url); assert r.status_code == 200
    data = {"budget": "3万", "quarter_budget": "", "target": "full_process"}
    r = client.post(url, data); assert r.status_code == 200, r.content.decode()
    open("/tmp/w/whatif.html","wb").write(r.content)
    r = client.post(url, data, headers={"HX-Request":"true"}); assert r.status_code == 200
    r = client.post(url, data|{"go":"save"}); assert r.status_code == 302
    r = client.get(reverse("recommendations:result", args=[s.reference])); assert r.status_code == 200
    r = client.get(url+"?plan=1")
