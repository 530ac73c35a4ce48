package android.app;

import android.content.Intent;

public class AppComponentFactory {
    public Application instantiateApplication(ClassLoader loader, String name) { return null; }

    public Activity instantiateActivity(ClassLoader loader, String name, Intent intent) { return null; }
}
