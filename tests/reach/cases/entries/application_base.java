// shows: what the Application inherits from a library runs, too; an override without super hides it
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent by lib:com.vendor = application com.vendor.BaseApp.onCreate]
// miss: [serial present by lib:com.vendor = com.vendor.BaseApp.onCreate]

class App extends com.vendor.BaseApp {
  public void onCreate() { }                                    // miss
}
class Main extends Activity { }
package com.vendor;
public class BaseApp extends Application {
  public void onCreate() { String id = SERIAL; }
}
