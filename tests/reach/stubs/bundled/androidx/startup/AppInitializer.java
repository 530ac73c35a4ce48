package androidx.startup;

import android.content.ComponentName;
import android.content.Context;
import android.content.pm.PackageManager;
import android.os.Bundle;

public final class AppInitializer {
    private final Context context;

    AppInitializer(Context context) { this.context = context; }

    void discoverAndInitialize() {
        try {
            ComponentName name = new ComponentName(context.getPackageName(), InitializationProvider.class.getName());
            Bundle data = context.getPackageManager().getProviderInfo(name, PackageManager.GET_META_DATA).metaData;
            for (String key : data.keySet())
                if ("androidx.startup".equals(data.getString(key))) initialize(Class.forName(key));
        } catch (Exception error) {
            throw new RuntimeException(error);
        }
    }

    private Object initialize(Class<?> type) throws ReflectiveOperationException {
        Initializer<?> one = (Initializer<?>) type.getDeclaredConstructor().newInstance();
        for (Class<? extends Initializer<?>> needed : one.dependencies()) initialize(needed);
        return one.create(context);
    }
}
