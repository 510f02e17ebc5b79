"""Addresses of the questionnaire. Access rule of each: tests/test_access_matrix.py."""

from django.urls import path

from diagnosis import invitation_views, views

app_name = "diagnosis"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("start/", views.start, name="start"),
    path("mine/", views.mine, name="mine"),
    path("l/<str:token>/", views.open_link, name="open_link"),
    path("invited/", invitation_views.invited, name="invited"),
    path("i/<str:code>/", invitation_views.invitation, name="invitation"),
    path("i/<str:code>/stop/", invitation_views.stop, name="invitation_stop"),
    path("d/<str:reference>/", views.resume, name="resume"),
    path("d/<str:reference>/again/", views.again, name="again"),
    path("d/<str:reference>/quick/", views.quick, name="quick"),
    path("d/<str:reference>/link/", views.link, name="link"),
    path("d/<str:reference>/withdraw/", views.withdraw, name="withdraw"),
    path("d/<str:reference>/p/<slug:page_id>/", views.page, name="page"),
]
