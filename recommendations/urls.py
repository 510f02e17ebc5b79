"""Addresses of review, result, what-if, plans and files. Access rule of each: tests/test_access_matrix.py."""

from django.urls import path, re_path

from recommendations import earlier_views, views, what_if_views

app_name = "recommendations"
urlpatterns = [
    path("d/<str:reference>/review/", views.review, name="review"),
    path("d/<str:reference>/result/", views.result, name="result"),
    path("d/<str:reference>/status/", views.status, name="status"),
    path("d/<str:reference>/retry/", views.retry, name="retry"),
    path("d/<str:reference>/report-<slug:language>.<slug:format>", views.download, name="download"),
    # A programme's id has no hyphen, a language may have one.
    re_path(
        r"^d/(?P<reference>[^/]+)/application-(?P<programme>\w+)-(?P<language>[a-z-]+)\.(?P<format>[a-z]+)$",
        views.download, name="download_application",
    ),
    path("d/<str:reference>/revision-<int:number>/", earlier_views.earlier, name="earlier"),
    path("d/<str:reference>/revision-<int:number>/file-<int:file>/", earlier_views.download, name="earlier_file"),
    path("d/<str:reference>/what-if/", what_if_views.what_if, name="what_if"),
    path("d/<str:reference>/plan-<int:number>/", views.plan_status, name="plan_status"),
    path("d/<str:reference>/plan-<int:number>/retry/", views.plan_retry, name="plan_retry"),
    path("d/<str:reference>/plan-<int:number>-<slug:language>.pdf", views.plan_download, name="plan_download"),
]
