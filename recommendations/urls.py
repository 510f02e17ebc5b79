"""Addresses of review, result and files. Access rule of each: tests/test_access_matrix.py."""

from django.urls import path

from recommendations import views

app_name = "recommendations"
urlpatterns = [
    path("d/<str:reference>/review/", views.review, name="review"),
    path("d/<str:reference>/result/", views.result, name="result"),
    path("d/<str:reference>/status/", views.status, name="status"),
    path("d/<str:reference>/retry/", views.retry, name="retry"),
    path("d/<str:reference>/report-<slug:language>.<slug:format>", views.download, name="download"),
]
