// shows: collection switched off by the vendor's own call before init: doubtful; switched on: not
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent by sdk:jpush (sdk_preinit) = application App.onCreate > cn.jpush.android.api.JPushInterface.init]
// miss: [serial before_consent by sdk:jpush = application App.onCreate > cn.jpush.android.api.JPushInterface.init]

import cn.jiguang.api.utils.JCollectionAuth; import cn.jpush.android.api.JPushInterface;
class App extends Application {
  public void onCreate() {
    JCollectionAuth.setAuth(this, false);                       // hit
    JCollectionAuth.setAuth(this, true);                        // miss
    JPushInterface.init(this);
  }
}
class Main extends Activity { }
package cn.jiguang.api.utils;
public class JCollectionAuth {
  public static void setAuth(Context context, boolean allowed) { }
}
package cn.jpush.android.api;
public class JPushInterface {
  public static void init(Context context) { String id = SERIAL; }
}
